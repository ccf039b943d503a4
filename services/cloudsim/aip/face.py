"""Tokens and face detection with the errors a customer meets: 18 (QPS), 17 (daily quota), 110 and 111 (token)."""

from __future__ import annotations

from typing import Any

from cloudsim.aip.service import APPLICATIONS, SERVICE
from cloudsim.faults.effects import EffectContext, Params, effect
from cloudsim.faults.scenarios import TARGETS, Target
from cloudsim.protocol.call import Call
from cloudsim.store.collection import Document
from cloudsim.world.accounts import hex_id
from cloudsim.world.chance import unit
from cloudsim.world.identity import KEYS
from cloudsim.world.seeding import Seeding

Json = dict[str, Any]
TOKEN_SECONDS = 2_592_000
MESSAGES = {
    17: "Open api daily request limit reached",
    18: "Open api qps request limit reached",
    110: "Access token invalid or no longer valid",
    111: "Access token expired",
}
TARGETS["application"] = Target(APPLICATIONS)


@SERVICE.seeder
def plant_applications(seeding: Seeding) -> None:
    """An application with the free quota for each of the first accounts."""
    accounts = list(seeding.account_ids.values())[:40]
    seeding.put(
        APPLICATIONS,
        (
            {
                "id": f"app-{hex_id('application|' + account)[:8]}",
                "accountId": account,
                "qps": 2,
                "error": 0,
                "token": f"24.{hex_id('token|' + account)}.{TOKEN_SECONDS}",
                "createTime": seeding.day(-200),
            }
            for account in accounts
        ),
    )


def _log_id(call: Call) -> int:
    return int(unit(call.request_id) * 10**18)


def _error(call: Call, code: int) -> Json:
    return {"error_code": code, "error_msg": MESSAGES[code], "log_id": _log_id(call)}


@SERVICE.operation("POST", "/oauth/2.0/token", name="GetAccessToken", access="read", public=True)
def access_token(call: Call) -> Json:
    """A token for an access key pair; another envelope for wrong ones, as OAuth has it."""
    key = call.world.collection(KEYS).get(call.query.get("client_id", ""))
    if key is None or key["secretKey"] != call.query.get("client_secret"):
        return {"error": "invalid_client", "error_description": "unknown client id"}
    applications = call.collection(APPLICATIONS).all_of(key["accountId"])
    if not applications:
        return {"error": "invalid_client", "error_description": "the account has no application"}
    return {"access_token": applications[0]["token"], "expires_in": TOKEN_SECONDS}


def _application(call: Call) -> Document | None:
    found = call.collection(APPLICATIONS).everywhere("token", call.query.get("access_token", ""))
    return found[0] if found else None


@SERVICE.operation(
    "POST", "/rest/2.0/face/v3/detect", name="DetectFace", access="read", public=True, body_limit=8_388_608
)
def detect(call: Call) -> Json:
    """One face, unless the application may not ask now. The picture is not looked at."""
    application = _application(call)
    if application is None:
        return _error(call, 110)
    if application["error"]:
        return _error(call, application["error"])
    place = {"left": 117.06, "top": 131.37, "width": 172, "height": 170, "rotation": 4}
    face = {"face_token": hex_id(call.request_id), "location": place, "face_probability": 1}
    return {
        "error_code": 0,
        "error_msg": "SUCCESS",
        "log_id": _log_id(call),
        "timestamp": int(call.now.timestamp()),
        "cached": 0,
        "result": {"face_num": 1, "face_list": [face]},
    }


@effect("application", APPLICATIONS)
def application_fields(context: EffectContext, params: Params) -> None:
    """Fields of the application: `error` is the code every call gets."""
    context.edit(APPLICATIONS, context.resource_id, params)
