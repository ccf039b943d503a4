"""A login that fails: the instance, then the way to it. The skill is a playbook and texts, nothing else."""

from typing import Any

import pytest
from stage import Chat, World, healthy

WEB = "i-NNkaK46e"
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])
CAUSES: dict[str, tuple[dict[str, Any], str | None]] = {
    "not_running": ({"instance__status": "Stopped"}, "instance.start"),
    "host_failure": (
        {
            "events__open": 1,
            "events__status": "Inquiring",
            "events__event_id": "ev-Qk31bTzW",
            "events__operations": ["Redeploy"],
        },
        "event.authorize",
    ),
    "guest_hang": ({"metrics__gap_minutes": 30}, "instance.reboot"),
    "no_public_ip": ({"eip__bound": False, "eip__ip": None}, None),
    "public_ip_paused": ({"eip__paused": True, "eip__status": "paused"}, None),
    "blackhole": ({"ddos__blackhole": True, "ddos__status": "blackhole"}, None),
    "port_closed": ({"security_group__allowed": False}, "security_group.open_port"),
    "cpu_full": ({"metrics__cpu_percent": 99.0}, None),
}


def chat_about(language: Any, changes: dict[str, Any]) -> Chat:
    chat = Chat(World({WEB: healthy(WEB, "web-01", **changes)}), language)
    words = "web-01 SSH 连不上" if language == "zh" else "I cannot SSH into web-01"
    chat.say(words, "instance_connect", {"instance_name": "web-01"})
    return chat


@LANGUAGES
@pytest.mark.parametrize("cause", CAUSES)
def test_each_cause_is_found(cause: str, language: str) -> None:
    changes, operation = CAUSES[cause]
    chat = chat_about(language, changes)
    task = chat.memory.task or chat.memory.finished
    assert task and task.finding == cause, chat.transcript()
    assert (task.proposal.operation if task.proposal else None) == operation
    assert chat.world.acts == []


@LANGUAGES
def test_a_closed_port_is_opened_after_a_yes_and_seen_to_be_open(language: str) -> None:
    chat = chat_about(language, {"security_group__allowed": False})
    chat.world.on_act = lambda world, act: world.instances.update({WEB: healthy(WEB, "web-01")})
    chat.press(chat.buttons()[0])
    act = chat.world.acts[0]
    assert (act.kind, act.resource_id, act.params["port"]) == ("security_group", "g-iutg5rtcydsk", 22)
    said = chat.wake()
    assert chat.turn.resolution == "state_verified" and "TCP 22" in said


@LANGUAGES
def test_an_open_way_points_inside_the_machine(language: str) -> None:
    chat = chat_about(language, {})
    said = "\n".join(m.text for m in chat.turn.messages)
    assert "sshd" in said and chat.memory.question and chat.memory.question.reason == "nothing_found"


def test_a_silent_security_group_is_not_an_open_one() -> None:
    chat = Chat(World({WEB: healthy(WEB, "web-01")}, silent={"security_group"}))
    said = chat.say("web-01 连不上", "instance_connect", {"instance_name": "web-01"})
    assert "安全组" in said and "已放行" not in said and "通路是好的" not in said


def test_the_port_that_was_named_is_checked() -> None:
    chat = Chat(World({WEB: healthy(WEB, "web-01")}))
    chat.say("web-01 的 3389 连不上", "instance_connect", {"instance_name": "web-01", "port": "3389"})
    checks = [r for r in chat.world.requests if getattr(r, "names", None) and "security_group" in r.names]  # type: ignore[union-attr]
    assert checks[0].params["port"] == "3389"  # type: ignore[union-attr]


def test_after_an_outage_check_the_login_of_the_same_instance_is_checked() -> None:
    chat = Chat(World({WEB: healthy(WEB, "web-01"), "i-YufwpQAe": healthy("i-YufwpQAe", "db-01")}))
    chat.say("web-01 挂了", "instance_down", {"instance_name": "web-01"})
    said = chat.say("连不上", "instance_connect")
    assert "刚才说的 web-01" in said and "通路是好的" in said


def test_the_same_trouble_said_more_exactly_replaces_the_first_report() -> None:
    chat = Chat(World({WEB: healthy(WEB, "web-01"), "i-YufwpQAe": healthy("i-YufwpQAe", "db-01")}))
    chat.say("有台机器挂了", "instance_down")
    chat.say("web-01，SSH 超时", "instance_connect", {"instance_name": "web-01"})
    assert chat.memory.stack == [] and chat.memory.finished and chat.memory.finished.skill == "instance_connect"


def test_another_port_afterwards_is_checked_on_the_same_instance() -> None:
    chat = Chat(World({WEB: healthy(WEB, "web-01"), "i-YufwpQAe": healthy("i-YufwpQAe", "db-01")}))
    chat.say("web-01 连不上", "instance_connect", {"instance_name": "web-01"})
    chat.say("3389 端口", "open_port", {"port": "3389"}, gate="clarify", confidence=0.6)
    task = chat.memory.finished
    assert task and task.skill == "instance_connect" and task.slots == {"instance_id": WEB, "port": "3389"}


def test_an_impossible_port_is_refused() -> None:
    chat = Chat(World({WEB: healthy(WEB, "web-01")}))
    said = chat.say("web-01 的 70000 端口连不上", "instance_connect", {"instance_name": "web-01", "port": "70000"})
    assert "65535" in said
