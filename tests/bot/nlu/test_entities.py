"""Every entity kind, normalised, in both languages; a fixed now."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from bot.nlu.entities import extract
from bot.nlu.entities.inflection import forms_of
from bot.nlu.entities.numbers import parse
from bot.nlu.entities.revision import revise
from bot.nlu.utterance import normalise


def now() -> datetime:
    return datetime(2026, 11, 22, 14, 0, tzinfo=timezone(timedelta(hours=8)))


def _values(text: str) -> list[tuple[str, Any]]:
    return [(e.kind, e.value) for e in extract(normalise(text).text, now)]


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
        ("charged HK$812.30 twice", "amount", 812.3),
        ("they took 60 bucks", "amount", 60),
        ("three hundred and twenty yuan", "amount", 320),
        ("a hundred yuan", "amount", 100),
        ("transferred RMB 12,000", "amount", 12_000),
        ("扣了1块2", "amount", 1.2),
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
        ("cn-gz-b 有故障吗", "region", "gz"),
        ("south china", "region", "gz"),
        ("３３０６ 端口", "port", 3306),
        ("带宽两百兆", "bandwidth", 200),
        ("1.5 Gbit/s", "bandwidth", 1500),
        ("500 megabits for two days", "bandwidth", 500),
        ("centos7.6 根目录满了", "os", "centos"),
        ("Win2012 C盘红了", "os", "windows"),
        ("欠了一百二十三块五", "amount", 123.5),
        ("￥１２０．５", "amount", 120.5),
        ("断了1小时20分钟", "duration", 4800),
        ("an hour and a half", "duration", 5400),
        ("forty-five minutes", "duration", 2700),
        ("within 7 days", "duration", 604_800),
        ("续一个季度", "duration", 7_776_000),
        ("15:32 today", "time", "2026-11-22T15:32:00+08:00"),
        ("tonight between 1 and 3 am", "time", "2026-11-22T01:00:00+08:00"),
        ("12 月 1 日到期", "time", "2026-12-01T00:00:00+08:00"),
        ("October's bill", "time", "2026-10-01T00:00:00+08:00"),
        ("half past six yesterday", "time", "2026-11-21T06:30:00+08:00"),
        ("昨夜十一点断的", "time", "2026-11-21T23:00:00+08:00"),
        ("前天晚上十二点", "time", "2026-11-21T00:00:00+08:00"),
        ("昨晚两点半", "time", "2026-11-22T02:30:00+08:00"),
        ("夜里3点", "time", "2026-11-22T03:00:00+08:00"),
        ("昨儿晌午", "time", "2026-11-21T12:00:00+08:00"),
        ("两天前的凌晨", "time", "2026-11-20T00:00:00+08:00"),
        ("三四天前", "time", "2026-11-19T14:00:00+08:00"),
        ("下个月5号扣费", "time", "2026-12-05T00:00:00+08:00"),
        ("二十号到期", "time", "2026-11-20T00:00:00+08:00"),
        ("2026.11.20 晚上", "time", "2026-11-20T20:00:00+08:00"),
        ("yesterdays deploy broke it", "time", "2026-11-21T00:00:00+08:00"),
        ("the night before last", "time", "2026-11-20T21:00:00+08:00"),
        ("since 8 this morning", "time", "2026-11-22T08:00:00+08:00"),
        ("断了一个半小时", "duration", 5400),
        ("俩小时没恢复", "duration", 7200),
        ("三四个小时", "duration", 10_800),
        ("等了一个多月", "duration", 2_592_000),
        ("十来分钟", "duration", 600),
        ("renew for 2 yrs", "duration", 63_072_000),
        ("a half-hour outage", "duration", 1800),
        ("30+ minutes", "duration", 1800),
        ("翻译接口 replies 54003", "error_code", "54003"),
        ("udp53 放通", "port", 53),
        ("10.0.0.1:3306 不通", "port", 3306),
        ("my shop runs on 3001", "port", 3001),
        ("健康检查用的 9100", "port", 9100),
        ("inbound spike of 20G", "bandwidth", 20_000),
        ("资料库连不上", "product", "rds"),
        ("負載平衡器掛了", "product", "blb"),
        ("SSL憑證過期", "product", "ssl"),
        ("计费系统出错", "product", "billing"),
        ("win机器中毒", "os", "windows"),
        ("prod-db-2 宕机", "instance_name", "prod-db-2"),
        ("game01 挂了", "instance_name", "game01"),
        ("叫“订单系统”的那台", "instance_name", "订单系统"),
        ("实例「小店后台」很慢", "instance_name", "小店后台"),
        ("“财务一号”这台关机", "instance_name", "财务一号"),
        ("那台叫数据中台的服务器", "instance_name", "数据中台"),
        ("the bucket's called wedding-raws", "bucket", "wedding-raws"),
        ("reset the password of it", "mention", "focus"),
        ("start the first, not the second", "mention", "ordinal:1"),
        ("这俩都慢", "mention", "all"),
        ("规格重新选", "field", "size"),
        ("RDP error 0x204", "error_code", "0x204"),
        ('{"error_code":18}', "error_code", "18"),
        ("NET::ERR_CERT_DATE_INVALID", "error_code", "NET::ERR_CERT_DATE_INVALID"),
        ("img.foo.games 打不开", "domain", "img.foo.games"),
        ("turn my server back on", "operation", "start"),
        ("shut i-Qw8rTy2U down", "operation", "stop"),
        ("roll v-Kd9sLq2W back", "operation", "restore"),
        ("it was being rebooted", "operation", "restart"),
        ("traffic between my machines in gz and bd", "region", "bd"),
        ("power it off in yq", "region", "yq"),
        ("between 10:30 and 12:00 yesterday", "time", "2026-11-21T10:30:00+08:00"),
        ("around half nine last night", "time", "2026-11-21T21:30:00+08:00"),
        ("since the 3rd nobody can log in", "time", "2026-11-03T00:00:00+08:00"),
        ("alarm at 5:40: the disk is full", "time", "2026-11-22T05:40:00+08:00"),
        ("a quarter of an hour ago", "time", "2026-11-22T13:45:00+08:00"),
        ("gone for three quarters of an hour", "duration", 2700),
        ("waiting a fortnight", "duration", 1_209_600),
        ("double it to 20 megs", "bandwidth", 20),
        ("pay back 60 euros", "amount", 60),
        ("a budget of ¥200k", "amount", 200_000),
        ("we pay $5 k8s included", "amount", 5),
        ("¥3 千兆带宽", "amount", 3),
        ("give us 20 megs of bandwidth", "bandwidth", 20),
    ],
)
def test_a_kind_is_found_and_normalised(text: str, kind: str, value: object) -> None:
    assert (kind, value) in _values(text)


def test_a_specification_becomes_two_sizes_with_roles() -> None:
    found = [e for e in extract("改成2核4G", now) if e.kind == "size"]
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
        ("0a:1b:2c:3d:4e:5f:6a:7b", "ip_address"),
        ("配置调高一点", "time"),
        ("十分感谢", "duration"),
        ("twice a month", "duration"),
        ("wait a second", "duration"),
        ("2026年的账单", "duration"),
        ("10 MB/s", "bandwidth"),
        ("几十兆", "bandwidth"),
        ("SSL handshake failed", "product"),
        ("北京那台", "mention"),
        ("按量计费和包月哪个好", "product"),
        ("计费方式", "product"),
        ("ssl hand shake failed", "product"),
        ("network copies at 3 MB/s", "bandwidth"),
        ("top shows 900 threads", "error_code"),
        ("these two are slow: web-01, web-02", "mention"),
        ("the disk fills on its own", "mention"),
        ("换另一个账号", "mention"),
        ("协议第七条", "mention"),
        ("报错说“连接超时”机器没反应", "instance_name"),
        ("他叫我们的服务器停了", "instance_name"),
        ("before change CR-4411", "instance_name"),
        ("流名match_01", "instance_name"),
        ("三分之一的请求失败", "duration"),
        ("一分钱没退", "duration"),
        ("our quota is capped at 5", "time"),
        ("renew for a new year", "time"),
        ("继续", "operation"),
    ],
)
def test_a_lookalike_is_left_alone(text: str, kind: str) -> None:
    assert kind not in [found for found, _ in _values(text)]


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("晚上8-10点", [("22T20", "22T22")]),
        ("今晚零点到两点", [("23T00", "23T02")]),
        ("from 9 to 11 in the evening", [("22T09", "22T11")]),
        ("shift it from Monday to Friday", [("23T00", None), ("27T00", None)]),
    ],
)
def test_two_points_are_one_window_unless_something_moves(text: str, windows: list[tuple[str, str | None]]) -> None:
    times = [e for e in extract(text, now) if e.kind == "time"]
    assert [(str(e.value)[8:13], e.details.get("until", "")[8:13] or None) for e in times] == windows


@pytest.mark.parametrize("text", ["国庆期间不能停", "双十一前扩容", "after chinese new year", "by EOD"])
def test_named_days_are_times(text: str) -> None:
    assert "time" in [kind for kind, _ in _values(text)]


@pytest.mark.parametrize(
    ("words", "number"),
    [("十", 10), ("二十五", 25), ("一百零二", 102), ("三百五", 350), ("二零二六", 2026), ("两", 2), ("3.5", 3.5)],
)
def test_numbers_as_people_write_them(words: str, number: float) -> None:
    assert parse(words) == number


def test_words_that_are_no_number_are_refused() -> None:
    with pytest.raises(ValueError, match="not a number"):
        parse("很多")


@pytest.mark.parametrize(
    ("text", "unit"), [("¥30", "CNY"), ("30 bucks", "USD"), ("HK$30", "HKD"), ("€30", "EUR"), ("USD 30", "USD")]
)
def test_money_keeps_its_currency(text: str, unit: str) -> None:
    assert [e.details["unit"] for e in extract(text, now) if e.kind == "amount"] == [unit]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("have a good weekend", "time"),
        ("a named person who answers", "instance_name"),
        ("we deleted 20 megs of logs", "bandwidth"),
        ("traffic left 20 megs of logs", "bandwidth"),
        ("the 2nd server was fine", "time"),
        ("half five servers are down", "time"),
        ("cd into the folder", "region"),
    ],
)
def test_what_only_looks_like_a_kind_is_none(text: str, kind: str) -> None:
    assert kind not in [found for found, _ in _values(text)]


def test_a_word_after_a_full_stop_is_no_domain() -> None:
    assert "domain" not in {e.kind for e in extract("it went down.in the morning it was fine.no idea", now)}


def _read_as(text: str, intent: str) -> list[tuple[str, Any]]:
    utterance = normalise(text).text
    return [(e.kind, e.value) for e in revise(extract(utterance, now), frozenset({intent}), utterance)]


@pytest.mark.parametrize(
    ("text", "intent", "found"),
    [
        ("服务停了", "arrears", []),
        ("机器自己重启了", "instance_down", []),
        ("我已经重启过了", "instance_down", [("operation", "restart")]),
        ("I rebooted twice", "instance_slow", [("operation", "restart")]),
        ("is there a backup", "snapshot_restore", []),
        ("I would like a backup", "snapshot_restore", [("operation", "backup")]),
        ("port 80 is open", "open_port", [("port", 80)]),
        ("let 5432 through", "open_port", [("operation", "open"), ("port", 5432)]),
        ("shut 3389 please", "open_port", [("operation", "close"), ("port", 3389)]),
        ("the DB is down", "rds_connection", [("product", "rds")]),
        ("the cert of pay.shop.in ran out", "ssl_expiry", [("product", "ssl"), ("domain", "pay.shop.in")]),
        ("bring web-1 back up", "instance_power", [("operation", "start"), ("instance_name", "web-1")]),
        ("再加5M", "resize_bandwidth", [("bandwidth", 5)]),
        ("关闭 crm-app", "instance_power", [("operation", "stop"), ("instance_name", "crm-app")]),
        ("关闭 3389", "open_port", [("operation", "close"), ("port", 3389)]),
        ("hr-portal 的密码忘了", "password_reset", [("instance_name", "hr-portal")]),
        ("bucket photos denies me", "bos_access_denied", [("bucket", "photos")]),
        ("logs-prod 打不开", "bos_access_denied", [("bucket", "logs-prod")]),
        ("问地域干嘛", "explain_why", [("field", "region")]),
        ("地域", "inform", []),
        ("logs fill up hr-portal", "disk_full", [("instance_name", "hr-portal")]),
        ("mall-b 被摘了", "load_balancer_unhealthy", [("instance_name", "mall-b")]),
        ("blue screen BAD_POOL_HEADER", "instance_down", []),
        ("Permission denied (gssapi-keyex)", "instance_connect", []),
        ("SQL Server 18456", "rds_connection", [("error_code", "18456")]),
        ("已用 2000", "rds_connection", []),
        ("4 Open api request limit reached", "ai_quota", [("error_code", "4")]),
        ("早上好", "greet", []),
        ("say it again", "repeat", []),
        ("yes, everybody has it", "affirm", []),
        ("yes, restart it", "affirm", [("operation", "restart"), ("mention", "focus")]),
        ("the one in Beijing", "inform", [("description", "described"), ("region", "bj")]),
        ("同意迁移", "maintenance_event", [("operation", "migrate")]),
        ("授权你们处理", "maintenance_event", [("consent", "authorize")]),
        ("stop", "cancel", []),
        ("停下", "cancel", []),
        ("已停机，帮忙开机", "instance_power", [("operation", "start")]),
        ("处于关机状态，请开机", "instance_power", [("operation", "start")]),
        ("断开了，重新拉起来", "instance_power", [("operation", "restart")]),
        ("the third one can be stopped", "instance_power", [("mention", "ordinal:3"), ("operation", "stop")]),
        ("开启 hr-portal", "instance_power", [("operation", "start"), ("instance_name", "hr-portal")]),
        ("开启 5432", "open_port", [("operation", "open"), ("port", 5432)]),
        ("帮我开 5432", "open_port", [("operation", "open"), ("port", 5432)]),
        ("5432 没开", "open_port", [("port", 5432)]),
        ("enable port 8443", "open_port", [("operation", "open"), ("port", 8443)]),
        ("port 8443 is enabled", "open_port", [("port", 8443)]),
        ("堵上 445", "open_port", [("operation", "close"), ("port", 445)]),
        ("压到 5M", "resize_bandwidth", [("operation", "resize"), ("bandwidth", 5)]),
        ("扩一倍", "resize_bandwidth", [("operation", "resize")]),
        ("降一半", "resize_bandwidth", [("operation", "resize")]),
        ("服务器备一份", "snapshot_restore", [("operation", "backup")]),
        ("系統復原", "snapshot_restore", [("operation", "restore")]),
        ("快取重新整理", "cdn_refresh", [("operation", "refresh")]),
        ("关掉自动续费", "renewal", [("operation", "renew")]),
        ("where do I set auto-renewal", "how_to", [("operation", "renew")]),
        ("we renewed the cert", "ssl_expiry", [("operation", "renew"), ("product", "ssl")]),
        ("回到刚才的升级", "resume", [("operation", "resize")]),
        ("恢复对话", "resume", []),
        ("停机维护中", "inform", []),
        ("refused on port 22.", "instance_connect", [("port", 22)]),
        ("No, I meant port 8443.", "correct", [("field", "port"), ("port", 8443)]),
        ("it should respond on 8080", "load_balancer_unhealthy", [("mention", "focus"), ("port", 8080)]),
        ("the domain has a dash: nest-shop.com", "correct", [("field", "domain"), ("domain", "nest-shop.com")]),
        ("let me fix the time window", "correct", [("field", "time")]),
        ("make a snapshot of it please", "snapshot_restore", [("operation", "backup"), ("mention", "focus")]),
        ("make me a full copy", "snapshot_restore", [("operation", "backup")]),
        ("carry on with the backup", "resume", [("operation", "backup")]),
        ("it restarted by itself, now stop it", "instance_power", [("mention", "focus"), ("operation", "stop")]),
        ("our intern restarted it", "instance_down", [("operation", "restart"), ("mention", "focus")]),
        ("had my nephew reboot it", "instance_slow", [("operation", "restart"), ("mention", "focus")]),
        ("the server restarted the day before", "instance_down", []),
        ("the watchdog restarted it", "instance_down", [("mention", "focus")]),
        ("your hypervisor rebooted web-1", "instance_down", [("instance_name", "web-1")]),
        ("the CPU went up to 80 percent", "instance_slow", []),
        ("I restarted it, look again", "check_again", [("operation", "restart"), ("mention", "focus")]),
        ("it still fails", "check_again", []),
        ("not yet, the market closes", "deny", []),
        ("why is 6379 open? close it", "open_port", [("port", 6379), ("operation", "close")]),
        ("we want double the memory", "resize_instance", []),
        ("double the memory", "resize_instance", [("operation", "resize")]),
        ("Auto-renewal failed", "renewal", []),
        ("at renewal I pay", "renewal", []),
        ("renewal for one more", "renewal", [("operation", "renew")]),
        ("renew the first two", "renewal", [("operation", "renew"), ("mention", "all")]),
        ("snapshot all three please", "snapshot_restore", [("operation", "backup"), ("mention", "all")]),
        ("the IT guy has the password", "password_reset", []),
        ("RESTART IT", "instance_power", [("operation", "restart"), ("mention", "focus")]),
        ("visitors in Chengdu wait", "cdn_error", []),
        ("the machine in Chengdu waits", "instance_slow", [("region", "cd")]),
        ("someone from billing", "talk_to_human", [("product", "billing")]),
        (
            "BOS denies the job that runs on calc-12",
            "bos_access_denied",
            [("product", "bos"), ("instance_name", "calc-12")],
        ),
        ("ask my boss about calc-12", "instance_power", [("instance_name", "calc-12")]),
        ("month-end closing is running", "instance_slow", []),
        ("change the root password", "password_reset", [("operation", "reset")]),
        ("move the VM to another host", "maintenance_event", [("operation", "migrate")]),
        ("带宽翻倍", "resize_bandwidth", [("operation", "resize")]),
        ("beef it up", "resize_instance", [("operation", "resize"), ("mention", "focus")]),
        ("we keep it for a year", "renewal", [("mention", "focus"), ("duration", 31_536_000)]),
        ("nothing on 443 either", "instance_down", [("port", 443)]),
        ("slow since the run on 25 November", "instance_slow", [("time", "2026-11-25T00:00:00+08:00")]),
        ("attach a second disk", "how_to", []),
        ("上海的用户说慢", "network_slow", []),
        ("connect timed out (110)", "network_slow", [("error_code", "110")]),
        ("bandwidth was wrong, 30 Mbps, where the server is", "correct", [("field", "bandwidth"), ("bandwidth", 30)]),
    ],
)
def test_the_intent_says_what_is_meant(text: str, intent: str, found: list[tuple[str, Any]]) -> None:
    assert _read_as(text, intent) == found


def test_a_long_log_before_a_sentence_changes_nothing_of_it() -> None:
    sentence = "our intern restarted web-01, visitors in Chengdu wait, port 8443."
    log = "INFO all good here\n" * 300
    alone, pasted = (
        revise(extract(text, now), frozenset({"instance_down"}), text) for text in (sentence, log + sentence)
    )
    assert [(e.kind, e.value) for e in pasted] == [(e.kind, e.value) for e in alone] != []


def test_a_word_keeps_its_meaning_where_one_of_two_intents_asks_for_it() -> None:
    """ "打开" starts a machine only in a message that opens no port."""
    text = "443 端口打开"
    found = revise(extract(text, now), frozenset({"instance_power", "open_port"}), text)
    assert [e.value for e in found if e.kind == "operation"] == ["open"]


@pytest.mark.parametrize(
    ("verb", "form"),
    [("stop", "stopped"), ("resize", "resizing"), ("back up", "backing up"), ("power cycle", "power cycled"),
     ("purge", "purged"), ("shrink", "shrunk"), ("flush", "flushes")],
)  # fmt: skip
def test_verbs_are_known_in_every_form(verb: str, form: str) -> None:
    assert form in forms_of(verb)
