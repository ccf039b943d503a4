"""Where conversations of the tests begin: two machines, four, an offer waiting for its yes."""

from typing import Any

import pytest
from stage import Chat, World, healthy

from actions.tasks.ports import Article

WEB, DB, APP, NEW = "i-NNkaK46e", "i-YufwpQAe", "i-Hu7cLq2P", "i-Z1TCx0Zv"

LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])
SSH = Article(
    "ssh-login", "如何 SSH 登录 Linux 实例", "https://support.example/a/ssh-login", "用 ssh root@公网IP 登录。", 0.8
)
DATA = Article("reboot-data", "重启会不会丢数据", "https://support.example/a/reboot-data", "重启不会丢磁盘数据。", 0.8)


def two(language: Any = "zh", **changes: Any) -> Chat:
    world = World(
        {
            WEB: healthy(WEB, "web-01", metrics__gap_minutes=12, **changes),
            DB: healthy(DB, "db-01", instance__region="gz"),
        }
    )
    return Chat(world, language)


def four(language: Any = "zh") -> Chat:
    names = {WEB: ("web-01", "bj"), DB: ("db-01", "gz"), APP: ("app-01", "bj"), NEW: ("new-01", "su")}
    return Chat(World({k: healthy(k, n, instance__region=r) for k, (n, r) in names.items()}), language)


def at_confirmation(language: Any = "zh") -> Chat:
    chat = two(language)
    chat.say("web-01 宕机了" if language == "zh" else "web-01 is down", "instance_down", {"instance_name": "web-01"})
    assert chat.memory.task and chat.memory.task.proposal
    return chat
