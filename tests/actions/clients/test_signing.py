"""bce-auth-v1 as an independent verifier computes it."""

from datetime import datetime, timezone

import requests

from actions.clients.signing import BceAuth, Credentials, authorization

KEYS = Credentials("simak0000000000000000000000000001", "simsk0000000000000000000000000001")
HEADERS = {"Host": "bcc.bj.baidubce.com", "content-length": "0", "x-bce-date": "2026-11-22T00:00:00Z"}
URL = "http://bcc.bj.baidubce.com/v2/instance?maxKeys=10&instanceNames=web%2001%2C%E4%B8%AD%E6%96%87"
MOMENT = datetime(2026, 11, 22, tzinfo=timezone.utc)


def test_that_the_fixed_vector_comes_out_with_signed_headers() -> None:
    header = authorization(KEYS, "GET", URL, HEADERS, MOMENT, ("host", "x-bce-date"))
    assert header.endswith("/1800/host;x-bce-date/95b567f3d2ae6756af12fcd3290d77c8ff7de4715cf6caefe23891c647e8bd05")


def test_that_a_signed_request_carries_date_and_session_token() -> None:
    auth = BceAuth(Credentials("ak", "sk", "token"))
    request = requests.Request("GET", "http://127.0.0.1:1/v2/instance", headers={"Host": "h"}, auth=auth).prepare()
    assert request.headers["x-bce-security-token"] == "token"
    assert "x-bce-security-token" in request.headers["Authorization"]


def test_that_a_secret_never_shows_in_a_repr() -> None:
    assert KEYS.secret_key not in repr(KEYS)
