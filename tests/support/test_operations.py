"""The service as operators and browsers meet it: secrets, health, headers, origins, sizes, demo doors, schema."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from fake_assistant import FakeAssistant
from free_ports import free_stretch
from hypothesis import given
from hypothesis import strategies as st
from support_harness import ROOT, SECRETS, FakeCloud, Support, eventually
from websocket import WebSocketBadStatusException, create_connection

import support.customers.models
import support.desk.models
import support.gateway.models
import support.ledger.models  # noqa: F401
from support.database import Base, Database
from support.limits import RateLimit
from support.migrating import migrate
from support.origins import OriginRule
from support.settings import read_demo_secrets
from support.texts import Texts, as_language


def _run(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    given = {"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{ROOT}:{ROOT / 'services'}", **environment}
    command = [sys.executable, "-m", "support", *arguments]
    return subprocess.run(command, env=given, capture_output=True, text=True, timeout=60, input=stdin, check=False)


def test_that_production_does_not_start_without_secrets(tmp_path: Path) -> None:
    ran = _run(VAR_DIR=str(tmp_path), INTERNAL_TOKEN=SECRETS["INTERNAL_TOKEN"], WIDGET_SECRET="short")
    assert ran.returncode == 2 and "Traceback" not in ran.stderr
    for name in ("INTERNAL_SECRET", "WIDGET_SECRET", "DESK_SECRET"):
        assert name in ran.stderr
    assert "INTERNAL_TOKEN" not in ran.stderr and list(tmp_path.iterdir()) == []


def test_that_production_has_no_demo_doors_and_no_demo_agents(
    tmp_path: Path, shared_assistant: FakeAssistant, cloud: FakeCloud
) -> None:
    service = Support(tmp_path, shared_assistant.port, cloud.port, DEMO="0", SUPPORT_HOST="127.0.0.1")
    agent = ["--id", "a-1", "--email", "Ann@x.example", "--name", "安宁", "--name-en", "Ann Ning", "--tiers", "tier1"]
    assert "password" in _run("add-agent", *agent, stdin="short\n", **service.environment).stderr
    assert _run("add-agent", *agent, stdin="a long password 1\n", **service.environment).returncode == 0
    service.start(wait_for_accounts=False)
    for method, path in (
        ("GET", "/api/demo/customers"),
        ("POST", "/api/demo/token"),
        ("GET", "/api/demo/agents"),
        ("GET", "/api/demo/scenarios"),
    ):
        assert service.http.request(method, path).status_code in (404, 405)
    assert service.get("/api/config").json()["demo"] is False
    demo = {"email": "lin.wei@desk.example", "password": "demo-lin-wei-2026"}
    assert service.post("/api/desk/login", demo).status_code == 401
    assert service.post("/api/desk/login", {"email": "ann@x.example", "password": "a long password 1"}).is_success
    service.stop()


def test_that_demo_secrets_are_made_once(tmp_path: Path) -> None:
    first = read_demo_secrets(tmp_path / "demo.env")
    assert set(first) == set(SECRETS) and all(len(value) >= 32 for value in first.values())
    assert read_demo_secrets(tmp_path / "demo.env") == first
    assert (tmp_path / "demo.env").stat().st_mode & 0o077 == 0


def test_that_the_api_can_be_printed(tmp_path: Path) -> None:
    ran = _run("openapi", DEMO="1", VAR_DIR=str(tmp_path))
    paths = json.loads(ran.stdout)["paths"]
    assert "/api/chat/conversations" in paths and "/api/desk/cases/{case_id}/claim" in paths


def test_health_and_readiness(support: Support) -> None:
    assert support.get("/healthz").json() == {"status": "ok"}
    ready = support.get("/readyz")
    assert ready.status_code == 200 and all(ready.json()["checks"].values())
    assert "support_turns_total" in support.get("/metrics").text


def test_that_readiness_names_what_is_missing(start: Any) -> None:
    nobody = f"http://127.0.0.1:{free_stretch(1)}"
    answer = start(ASSISTANT_URL=nobody, ACTIONS_URL=nobody).get("/readyz")
    assert answer.status_code == 503
    assert {name for name, well in answer.json()["checks"].items() if not well} == {"assistant", "actions"}


def test_security_headers_on_every_answer(support: Support) -> None:
    for path in ("/healthz", "/api/config", "/nothing", "/api/desk/me", "/help/none"):
        headers = support.get(path).headers
        assert (
            headers["x-content-type-options"] == "nosniff"
            and "default-src 'self'" in headers["content-security-policy"]
        )
    assert support.get("/api/config").headers["cache-control"] == "no-store"


def test_that_errors_have_one_shape(support: Support) -> None:
    for method, path, status in (
        ("GET", "/api/none", 404),
        ("DELETE", "/api/config", 405),
        ("GET", "/api/desk/me", 401),
        ("GET", "/internal/none", 404),
        ("GET", "/help/a/b/c", 404),
    ):
        answer = support.http.request(method, path)
        assert answer.status_code == status, path
        if path.startswith(("/api", "/internal")):
            assert set(answer.json()) == {"error"} and answer.json()["error"]["message"]


def test_that_large_bodies_are_refused_announced_or_not(support: Support) -> None:
    customer = support.customer(fresh=False)
    path, headers = f"{customer.path}/messages", {"Authorization": f"Bearer {customer.token}"}
    body = b'{"client_id": "a", "text": "' + b"x" * 300_000 + b'"}'
    assert support.http.post(path, content=body, headers=headers).status_code == 413
    pieces = (body[start : start + 10_000] for start in range(0, len(body), 10_000))
    unannounced = support.http.post(path, content=pieces, headers=headers)
    assert unannounced.status_code == 413 and unannounced.json()["error"]["code"] == "too_large"


def test_that_sockets_of_other_pages_are_refused(start: Any) -> None:
    service = start(ALLOWED_ORIGINS="https://shop.example")
    url = f"ws://127.0.0.1:{service.port}/socket.io/?EIO=4&transport=websocket"
    for origin in ("https://shop.example", f"http://127.0.0.1:{service.port}"):
        create_connection(url, origin=origin, timeout=5).close()
    for origin in ("https://evil.example", "null", "https://shop.example.evil.example"):
        with pytest.raises(WebSocketBadStatusException):
            create_connection(url, origin=origin, timeout=5)
    allowed = service.http.options(
        "/api/chat/conversations",
        headers={"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"},
    )
    assert allowed.headers["access-control-allow-origin"] == "https://shop.example"
    other = service.http.get("/api/config", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in other.headers


@given(st.text(max_size=60), st.text(max_size=30))
def test_that_an_origin_passes_only_if_listed_or_our_own(origin: str, host: str) -> None:
    rule = OriginRule(["https://shop.example"])
    passes = rule.allows(origin, {"HTTP_HOST": host})
    assert passes == (not origin or origin.rstrip("/") == "https://shop.example" or origin.partition("://")[2] == host)


def test_that_unbuilt_pages_say_so_and_built_ones_are_served(start: Any, tmp_path: Path) -> None:
    service = start(WEB_DIR=str(tmp_path / "dist"))
    unbuilt = service.get("/", language="zh")
    assert unbuilt.status_code == 503 and "make run" in unbuilt.text
    dist = tmp_path / "dist"
    (dist / "desk" / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("<p>chat page</p>")
    (dist / "widget.js").write_text("1")
    (dist / "desk" / "index.html").write_text("<p>desk page</p>")
    (dist / "desk" / "assets" / "a.js").write_text("2")
    (tmp_path / "secret.txt").write_text("secret")
    assert "chat page" in service.get("/").text and service.get("/widget.js").text == "1"
    assert "desk page" in service.get("/desk/").text and "desk page" in service.get("/desk/cases/TK-1").text
    assert "immutable" in service.get("/desk/assets/a.js").headers["cache-control"]
    assert service.get("/widget.js").headers["cache-control"] == "no-cache"
    for path in ("/../secret.txt", "/%2e%2e/secret.txt", "/desk/..%2f..%2fsecret.txt", "/nothing.js", "/a\x00b"):
        answer = service.http.get(path.replace("\x00", "%00"))
        assert answer.status_code in (400, 404) and "secret" not in answer.text


def test_demo_customers_and_tokens(support: Support) -> None:
    customers = {one["key"]: one for one in support.get("/api/demo/customers", language="zh").json()}
    assert customers["small"]["plan"] == "basic" and customers["key"]["account_name"] == "蓝湾金融"
    assert set(customers["key"]) == {"key", "name", "account_id", "account_name", "plan", "description"}
    for body in ({"customer": "nobody"}, {"customer": 5}, {}):
        assert support.post("/api/demo/token", body).status_code == 404
    assert {one["email"] for one in support.get("/api/demo/agents").json()} >= {"lin.wei@desk.example"}


def test_that_break_something_touches_the_own_account_only(support: Support, cloud: FakeCloud) -> None:
    token = support.customer("small", fresh=False).token
    before = support.get("/api/demo/scenarios", token).json()
    assert [(one["scenario"], one["active"]) for one in before] == [("guest_hang", False)]
    injected = support.post("/api/demo/scenarios", {"scenario": "guest_hang", "account_id": "acc-x"}, token)
    assert injected.status_code == 201 and cloud.active[-1]["account_id"] == "acc-small"
    assert support.get("/api/demo/scenarios", token).json()[0]["active"] is True
    assert support.post("/api/demo/scenarios", {"scenario": "nonsense"}, token).status_code == 409
    for body in ({}, {"scenario": 5}, {"scenario": "x", "resource_id": ["i"]}):
        assert support.post("/api/demo/scenarios", body, token).status_code == 400
    assert support.http.delete("/api/demo/scenarios", headers={"Authorization": f"Bearer {token}"}).json() == {
        "removed": 1
    }
    assert [one["id"] for one in cloud.active] == ["scn-other"]
    assert support.get("/api/demo/scenarios").status_code == 401
    assert support.get("/api/demo/scenarios", support.customer(None).token).status_code == 403


def test_that_the_migrations_make_what_the_models_say(tmp_path: Path) -> None:
    import asyncio

    async def differences() -> list[Any]:
        database = Database(f"sqlite:///{tmp_path / 'a.db'}")
        await migrate(database)
        await migrate(database)
        async with database.engine.connect() as connection:
            found = await connection.run_sync(
                lambda sync: compare_metadata(MigrationContext.configure(sync), Base.metadata)
            )
        await database.close()
        return list(found)

    assert asyncio.run(differences()) == []


def test_that_texts_have_the_same_names_and_places_in_both_languages() -> None:
    import re

    texts = Texts(ROOT / "data" / "desk")
    assert texts.names("zh") == texts.names("en")
    for name in texts.names("zh"):
        shown = [set(re.findall(r"\{(\w+)\}", texts.raw(name, language))) for language in ("zh", "en")]
        assert shown[0] == shown[1], name


def test_that_every_error_of_the_code_has_its_text() -> None:
    import re

    texts = Texts(ROOT / "data" / "desk")
    code = "".join(file.read_text() for file in (ROOT / "services" / "support").rglob("*.py"))
    raised = set(re.findall(r'(?:Error|Allowed|SignedIn|Found|Conflict|Many|Unavailable)\(\s*"(\w+)"', code))
    missing = {name for name in raised if f"error_{name}" not in texts.names("en")}
    assert raised and not missing


@pytest.mark.parametrize(
    ("given_value", "language"),
    [("zh-CN,zh;q=0.9", "zh"), ("en_US", "en"), ("fr", "zh"), (None, "zh"), (5, "zh"), ("ZH", "zh"), ("EN", "en")],
)
def test_languages(given_value: Any, language: str) -> None:
    assert as_language(given_value) == language


@given(st.lists(st.sampled_from(["a", "b", "c"]), max_size=60), st.integers(1, 8))
def test_that_a_limit_counts_each_key_on_its_own(keys: list[str], most: int) -> None:
    import asyncio

    from support.errors import TooMany

    async def passed() -> dict[str, int]:
        limit, through = RateLimit("t", most), dict.fromkeys("abc", 0)
        for key in keys:
            try:
                await limit.check(key)
                through[key] += 1
            except TooMany as error:
                assert 0 < error.detail["retry_after"] <= 60
        return through

    assert asyncio.run(passed()) == {key: min(most, keys.count(key)) for key in "abc"}


def test_that_a_stop_is_clean_and_quick(start: Any) -> None:
    service = start()
    service.customer().hears("event opened")
    service.stop()
    assert "Traceback" not in service.log()
    eventually(lambda: service._process.poll() is not None, "the end of the process")


def test_that_a_limit_still_holds_when_redis_is_away() -> None:
    import asyncio

    from redis.asyncio import Redis

    from support.errors import TooMany

    async def third_is_refused() -> bool:
        limit = RateLimit("t", 2, Redis(host="127.0.0.1", port=free_stretch(1), socket_connect_timeout=0.2, retry=None))
        for _ in range(2):
            await limit.check("k")
        try:
            await limit.check("k")
        except TooMany:
            return True
        return False

    assert asyncio.run(third_is_refused())
