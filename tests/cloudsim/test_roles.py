"""Roles and session keys: who may become whom, and how much of it is left."""

from __future__ import annotations

from typing import Any

import pytest
from local_cloud import LocalCloud

LOCAL = LocalCloud()
SERVICE = LOCAL.user("support", "assistant")
FULL, READER = LOCAL.user("bluebay", "chenchen"), LOCAL.user("bluebay", "zhoumin")
OUTSIDER = LOCAL.user("dawnlight", "linxiao")
STS = "sts.bj.baidubce.com"


def _account(user: str) -> str:
    found = LOCAL.world.identity.users.get(user)
    assert found is not None
    return str(found["accountId"])


def _assume(signer: str, account: str, user: str = "", role: str = "SupportAssistant", seconds: int = 900) -> Any:
    query = f"assumeRole=&accountId={account}&userId={user}&roleName={role}&durationSeconds={seconds}"
    return LOCAL.call(signer, "POST", "/v1/credential", query, None, STS)


class Session:
    """A key that STS gave out."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.name, self.token = answer["accessKeyId"], answer["sessionToken"]
        LOCAL.keys[self.name] = (answer["accessKeyId"], answer["secretAccessKey"])

    def call(self, method: str, path: str, query: str = "", body: Any = None, token: str | None = None) -> Any:
        """A call with the session's key and token."""
        return LOCAL.call(self.name, method, path, query, body, token=self.token if token is None else token)


def _instance() -> str:
    return str(LOCAL.call(FULL, "GET", "/v2/instance")[1]["instances"][0]["id"])


def test_that_the_role_of_a_user_with_full_rights_may_reboot() -> None:
    session = Session(_assume(SERVICE, _account(FULL), FULL)[1])
    assert session.call("PUT", f"/v2/instance/{_instance()}", "reboot", {})[0] == 200


@pytest.mark.parametrize("user", [READER, ""])
def test_that_the_role_of_a_reader_or_of_nobody_may_only_look(user: str) -> None:
    session = Session(_assume(SERVICE, _account(READER), user)[1])
    assert session.call("GET", "/v2/instance")[0] == 200
    status, answer = session.call("PUT", f"/v2/instance/{_instance()}", "reboot", {})
    assert (status, answer["code"]) == (403, "AccessDenied")


@pytest.mark.parametrize(
    ("signer", "account", "user", "role"),
    [
        (OUTSIDER, _account(FULL), FULL, "SupportAssistant"),
        (SERVICE, _account(FULL), OUTSIDER, "SupportAssistant"),
        (SERVICE, _account(FULL), FULL, "Administrator"),
        (SERVICE, "0" * 32, FULL, "SupportAssistant"),
        (SERVICE, _account(SERVICE), SERVICE, "SupportAssistant"),
    ],
)
def test_that_nobody_becomes_somebody_they_should_not(signer: str, account: str, user: str, role: str) -> None:
    status, answer = _assume(signer, account, user, role)
    assert (status, answer["code"]) == (403, "AccessDenied")


def test_that_a_session_key_needs_its_own_token_and_ends() -> None:
    session = Session(_assume(SERVICE, _account(FULL), FULL, seconds=60)[1])
    assert session.call("GET", "/v2/instance", token="stolen")[1]["code"] == "AccessDenied"
    wall = LOCAL.world.wall
    try:
        LOCAL.world.wall = lambda: wall() + 61
        assert session.call("GET", "/v2/instance")[1]["code"] == "RequestExpired"
    finally:
        LOCAL.world.wall = wall


def test_that_a_session_token_holds_what_its_list_allows() -> None:
    acl = {"accessControlList": [{"service": "bce:bcc", "region": "*", "effect": "Allow", "resource": ["*"],
                                  "permission": ["READ"]}]}  # fmt: skip
    session = Session(LOCAL.call(FULL, "POST", "/v1/sessionToken", "durationSeconds=900", acl, STS)[1])
    assert session.call("GET", "/v2/instance")[0] == 200
    assert session.call("PUT", f"/v2/instance/{_instance()}", "stop", {})[1]["code"] == "AccessDenied"
    answer = LOCAL.call(session.name, "GET", "/v1/eip", "", None, "eip.bj.baidubce.com", session.token)[1]
    assert answer["code"] == "AccessDenied"


@pytest.mark.parametrize("body", [b"{", [1], {"accessControlList": "all"}, {"accessControlList": [{"service": 7}]}])
def test_that_a_broken_list_is_refused(body: Any) -> None:
    status, answer = LOCAL.call(FULL, "POST", "/v1/sessionToken", "", body, STS)
    assert (status, answer["code"]) in ((400, "MalformedJSON"), (400, "InappropriateJSON"))
