"""Every entity kind, normalised, in both languages; a fixed now."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from bot.nlu.entities import extract
from bot.nlu.entities.model import Entity
from bot.nlu.entities.numbers import parse
from bot.nlu.entities.revision import revise
from bot.nlu.utterance import normalise

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=timezone(timedelta(hours=8)))


def _values(text: str) -> list[tuple[str, Any]]:
    return [(e.kind, e.value) for e in extract(normalise(text).text, NOW)]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("北京的机器", "region", "bj"),
        ("the one in Hong Kong", "region", "hkg"),
        ("guangzhou 节点", "region", "gz"),
        ("換到廣州", "region", "gz"),
        ("su 区域", "region", "su"),
        ("cn-bj-a", "region", "bj"),
        ("开放 3306 端口", "port", 3306),
        ("open port 443", "port", 443),
        ("端口范围 8000-9000", "port", "8000-9000"),
        ("3389 连不上", "port", 3389),
        ("带宽升到 100M", "bandwidth", 100),
        ("五兆带宽", "bandwidth", 5),
        ("1Gbps", "bandwidth", 1000),
        ("退款 300 元", "amount", 300),
        ("charged $20.5 twice", "amount", 20.5),
        ("Ubuntu 22.04 怎么办", "os", "ubuntu"),
        ("cdn 返回 502", "error_code", "502"),
        ("SignatureDoesNotMatch", "error_code", "SignatureDoesNotMatch"),
        ("人脸识别报 error_code 18", "error_code", "18"),
        ("十分钟前开始的", "time", "2026-11-22T13:50:00+08:00"),
        ("昨天下午三点", "time", "2026-11-21T15:00:00+08:00"),
        ("tomorrow at 3pm", "time", "2026-11-23T15:00:00+08:00"),
        ("下周三凌晨2点到4点", "time", "2026-11-25T02:00:00+08:00"),
        ("2026-11-20 15:30", "time", "2026-11-20T15:30:00+08:00"),
        ("续费三个月", "duration", 7_776_000),
        ("for 2 hours", "duration", 7200),
        ("半小时没响应", "duration", 1800),
        ("web-01 慢", "instance_name", "web-01"),
        ("trade-api-01 is slow", "instance_name", "trade-api-01"),
        ("bucket my-data 访问不了", "bucket", "my-data"),
        ("www.example.com 打不开", "domain", "www.example.com"),
        ("https://a.example.com/b?c=1 报错", "url", "https://a.example.com/b?c=1"),
        ("从 10.0.0.1:8080 访问", "ip_address", "10.0.0.1"),
        ("重启它", "mention", "focus"),
        ("刚才那台", "mention", "focus"),
        ("第二台", "mention", "ordinal:2"),
        ("the third one", "mention", "ordinal:3"),
        ("the last one", "mention", "last"),
        ("另一台", "mention", "other"),
        ("the one in Beijing", "mention", "described"),
        ("换个地域", "field", "region"),
        ("change the region", "field", "region"),
        ("重启", "operation", "restart"),
        ("please shut down web-01", "operation", "stop"),
        ("对象存储怎么收费", "product", "bos"),
    ],
)
def test_a_kind_is_found_and_normalised(text: str, kind: str, value: object) -> None:
    assert (kind, value) in _values(text)


def test_a_specification_becomes_two_sizes_with_roles() -> None:
    found = [e for e in extract("改成2核4G", NOW) if e.kind == "size"]
    assert [(e.value, e.details["role"]) for e in found] == [(2, "cpu"), (4, "memory")]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("CPU 跑到 100% 了", "port"),
        ("等了半天", "duration"),
        ("my server is down, restart it", "mention"),
        ("read-only file system", "instance_name"),
        ("utf-8 乱码", "instance_name"),
        ("what does sin mean", "region"),
        ("999.1.1.1", "ip_address"),
    ],
)
def test_a_lookalike_is_left_alone(text: str, kind: str) -> None:
    assert kind not in [found for found, _ in _values(text)]


@pytest.mark.parametrize(
    ("words", "number"),
    [("十", 10), ("二十五", 25), ("一百零二", 102), ("三百五", 350), ("二零二六", 2026), ("两", 2), ("3.5", 3.5)],
)
def test_numbers_as_people_write_them(words: str, number: float) -> None:
    assert parse(words) == number


def test_words_that_are_no_number_are_refused() -> None:
    with pytest.raises(ValueError, match="not a number"):
        parse("很多")


def test_an_event_is_no_operation_and_a_bucket_is_no_instance() -> None:
    stop, name = Entity("operation", "stop", 0, 2), Entity("instance_name", "logs-prod", 3, 12)
    assert revise([stop], frozenset({"arrears"}), "停了") == []
    assert revise([stop], frozenset({"instance_power"}), "停了") == [stop]
    assert revise([name], frozenset({"bos_access_denied"}), "看看 logs-prod")[0].kind == "bucket"
