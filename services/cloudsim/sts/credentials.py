"""GetSessionToken and AssumeRole.

The official Python client only has `get_session_token`; AssumeRole follows the documented
`POST /v1/credential?assumeRole&accountId&userId&roleName&durationSeconds`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson

from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import CloudError, access_denied, invalid_parameter
from cloudsim.store.collection import Document
from cloudsim.sts.service import SERVICE
from cloudsim.world.identity import weaker
from cloudsim.world.moments import iso

SUPPORT_ROLE = "SupportAssistant"
DEFAULT_SECONDS = 7200
SHORTEST_SECONDS, LONGEST_SECONDS = 60, 129_600
GRANT_OF_PERMISSION = {"READ": "read", "LIST": "read", "GETOBJECT": "read", "OPERATE": "operate", "WRITE": "operate"}
# Nobody in particular is acted for: the support service may look, not touch.
GRANTS_WITHOUT_USER = {"*": "read"}
RANKING = ("none", "read", "operate", "full")


@SERVICE.operation("POST", "/v1/sessionToken", name="GetSessionToken", access="read")
def get_session_token(call: Call) -> dict[str, Any]:
    """A temporary key of the caller, reduced by the access control list in the body."""
    grants = weaker(call.principal.grants, _acl_grants(call.raw_body))
    return _opened(call, call.account_id, call.principal.user_id, grants, None)


@SERVICE.operation("POST", "/v1/credential", query="assumeRole", name="AssumeRole", access="read")
def assume_role(call: Call) -> dict[str, Any]:
    """The support service becomes its role in a customer's account, never stronger than the named user."""
    account_id, role = call.query.get("accountId", ""), call.query.get("roleName", "")
    if not account_id or not role:
        raise invalid_parameter("accountId and roleName are required.")
    account = call.world.identity.accounts.get(account_id)
    if not call.principal.is_service or role != SUPPORT_ROLE or account is None or not account["trustsSupport"]:
        raise access_denied(f"The role {role[:64]!r} of account {account_id[:64]!r} does not trust the caller.")
    user_id = call.query.get("userId") or None
    own = _user(call, account, user_id)["grants"] if user_id is not None else GRANTS_WITHOUT_USER
    grants = weaker(own, _acl_grants(call.raw_body))
    return _opened(call, account_id, user_id, grants, role)


def _user(call: Call, account: Document, user_id: str) -> Document:
    user = call.world.identity.users.get(user_id)
    if user is None or user["accountId"] != account["id"]:
        raise access_denied(f"The user {user_id[:64]!r} does not belong to the account.")
    return user


def _opened(
    call: Call, account_id: str, user_id: str | None, grants: dict[str, str], role: str | None
) -> dict[str, Any]:
    seconds = call.integer("durationSeconds", DEFAULT_SECONDS, SHORTEST_SECONDS, LONGEST_SECONDS)
    wall = call.world.wall()
    session = call.world.identity.open_session(account_id, user_id, grants, wall + seconds, role)
    return {
        "accessKeyId": session["id"],
        "secretAccessKey": session["secretKey"],
        "sessionToken": session["token"],
        "createTime": iso(datetime.fromtimestamp(wall, UTC)),
        "expiration": iso(datetime.fromtimestamp(wall + seconds, UTC)),
        "userId": user_id or account_id,
        "roleId": role or "",
    }


def _acl_grants(raw: bytes) -> dict[str, str]:
    """What an access control list allows; no list allows everything the caller may do."""
    if not raw.strip():
        return {"*": "full"}
    try:
        acl = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise CloudError("MalformedJSON", "The JSON you provided is not well-formed.") from None
    if not isinstance(acl, dict):
        raise CloudError("InappropriateJSON", "The access control list is not an object.")
    entries = acl.get("accessControlList")
    if entries is None:
        return {"*": "full"}
    if not isinstance(entries, list):
        raise CloudError("InappropriateJSON", "accessControlList is not a list.")
    grants: dict[str, str] = {"*": "none"}
    for entry in entries:
        service, grant = _statement(entry)
        name = service.removeprefix("bce:")
        grants[name] = max(grants.get(name, "none"), grant, key=RANKING.index)
    return grants


def _statement(entry: object) -> tuple[str, str]:
    if not isinstance(entry, dict) or not isinstance(entry.get("service"), str):
        raise CloudError("InappropriateJSON", "A statement of accessControlList names no service.")
    permissions = entry.get("permission", [])
    if entry.get("effect", "Allow") != "Allow" or not isinstance(permissions, list):
        return entry["service"], "none"
    grants = [GRANT_OF_PERMISSION.get(str(permission).upper(), "full") for permission in permissions]
    return entry["service"], max(grants, key=RANKING.index, default="none")
