"""Something is down: every time an honest answer, no silent turn, nothing lost, nothing done twice."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from convtest.stack import Exchange, StackDriver

if TYPE_CHECKING:
    from local_stack import LocalStack

WEB_01 = "i-Dw7Lq2Xa"
PATIENCE_SECONDS = 60.0
LONGER_THAN_ANYONE_WAITS_SECONDS = 30
REBOOTS = "reboot"


def spoken(seen: Exchange) -> str:
    return "\n".join(message["text"] for message in seen.said_by("bot", "system"))


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"not within {PATIENCE_SECONDS} s"
        time.sleep(0.05)


def reboots(driver: StackDriver) -> int:
    return sum(
        REBOOTS in call["path"] or REBOOTS in str(call.get("operation", "")).lower() for call in driver.api_calls()
    )


def test_that_a_dead_action_server_is_owned_up_to_and_the_retry_works(
    local_stack: "LocalStack", customer: StackDriver
) -> None:
    local_stack.kill("actions")
    seen = customer.say("web-01 宕机了")
    assert any(message["kind"] == "error" for message in seen.said_by("bot", "system"))
    assert "没有执行" in spoken(seen)
    local_stack.start("actions")
    local_stack.wait_ready()
    assert "web-01" in spoken(customer.press("重试"))


def test_that_a_dead_cloud_is_unknown_and_never_healthy(local_stack: "LocalStack", customer: StackDriver) -> None:
    local_stack.kill("cloud")
    try:
        text = spoken(customer.say(f"{WEB_01} 宕机了"))
    finally:
        local_stack.start("cloud")
        local_stack.wait_ready()
    assert text
    assert "一切正常" not in text
    assert "没有发现" not in text
    assert any(word in text for word in ("无法", "查不到", "没有响应", "联系不上", "不能确定", "暂时"))


@pytest.mark.parametrize("kind", ["error", "drop", "bad_body"])
def test_that_a_failing_monitor_alone_is_said_to_be_unknown(customer: StackDriver, kind: str) -> None:
    customer.fault({"service": "bcm", "kind": kind})
    text = spoken(customer.say(f"{WEB_01} 宕机了"))
    assert text
    assert "没有发现异常" not in text


def test_that_a_slow_cloud_does_not_hold_up_other_customers(local_stack: "LocalStack", customer: StackDriver) -> None:
    other = StackDriver(local_stack.url, local_stack.control_url)
    other.choose("key", "en")
    other.begin()
    seconds = LONGER_THAN_ANYONE_WAITS_SECONDS
    customer.fault({"service": "*", "kind": "latency", "seconds": seconds, "account_id": customer.account_id})
    customer.post(f"{WEB_01} 宕机了")
    assert spoken(other.say("thanks a lot"))
    assert not customer.is_idle(), "the other customer was answered only after the slow turn"
    assert spoken(customer.settle())


def test_that_a_restart_of_support_loses_nothing(local_stack: "LocalStack", customer: StackDriver) -> None:
    before = [message["id"] for message in customer.history()]
    local_stack.pause("assistant")
    customer.post("web-01 宕机了")
    local_stack.kill("support")
    local_stack.resume("assistant")
    local_stack.start("support")
    local_stack.wait_ready()
    seen = customer.settle()
    assert "web-01" in spoken(seen)
    after = customer.history()
    assert [message["id"] for message in after][: len(before)] == before
    assert [message["seq"] for message in after] == list(range(1, len(after) + 1))
    assert sum(message["text"] == "web-01 宕机了" for message in after) == 1


def test_that_a_restart_of_support_between_yes_and_result_acts_once(
    local_stack: "LocalStack", customer: StackDriver
) -> None:
    customer.inject("guest_hang", WEB_01)
    text = spoken(customer.say("web-01 宕机了"))
    assert "web-01" in text
    customer.press("是|重启|确认|好")
    local_stack.kill("support")
    local_stack.start("support")
    local_stack.wait_ready()
    customer.settle()
    customer.wait(30)
    assert reboots(customer) == 1


def test_that_a_dead_assistant_is_owned_up_to(local_stack: "LocalStack", customer: StackDriver) -> None:
    local_stack.kill("assistant")
    try:
        seen = customer.say("web-01 宕机了")
    finally:
        local_stack.start("assistant")
        local_stack.wait_ready()
    assert spoken(seen)
    assert spoken(customer.say("列出我的实例"))


def test_that_killing_the_assistant_in_the_middle_of_a_turn_is_not_silent(
    local_stack: "LocalStack", customer: StackDriver
) -> None:
    customer.fault({"service": "*", "kind": "latency", "seconds": 2, "account_id": customer.account_id})
    customer.post(f"{WEB_01} 宕机了")
    wait_until(lambda: bool(customer.api_calls()))
    local_stack.kill("assistant")
    customer.heal("faults")
    local_stack.start("assistant")
    local_stack.wait_ready()
    assert spoken(customer.settle())
