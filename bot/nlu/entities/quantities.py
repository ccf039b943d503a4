# ruff: noqa: E501 - a pattern is read as one piece
"""Ports, bandwidth, sizes and money, with their numbers normalised.

Values: port an ``int`` (a range as ``"8000-9000"``), bandwidth in Mbps, ``amount`` a sum of money with its ``unit``
(ISO 4217, CNY where none is said), ``size`` a number with its ``unit`` (core, GB) and, where the words tell, its ``role`` (cpu, memory, disk).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.nlu.entities.model import Entity
from bot.nlu.entities.numbers import CHINESE, ENGLISH, ENGLISH_HUNDREDS, NUMBER, has_number, parse, plain

_NO_DATE = r"(?! (?:of )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))"
_PORT_NUMBER = r"\d{1,5}(?:\s?[-~至到]\s?\d{1,5})?"
_PORT_LIST = rf"{_PORT_NUMBER}(?:(?: ?(?:[,、/]|和|跟|与|及|还有|and|or|&) ?)+{_PORT_NUMBER})*"
_PORT_PATTERNS = (
    re.compile(
        rf"(?:端口号?(?:范围|段)?|\bports?(?: numbers?)?)(?: ?(?:是|为|:|=|改成|换成|to|is|are|the|了|到|号|tcp|udp|range|like|such as) ?){{0,3}} ?({_PORT_LIST})(?!\.?\d)",
        re.I,
    ),
    re.compile(
        rf"(?<![\d.:A-Za-z-])({_PORT_LIST}) ?(?:这个|这几个|号|两个|几个|三个|等|的|/?tcp|/?udp)? ?(?:端口|\bports?\b)",
        re.I,
    ),
    re.compile(rf"(?<![A-Za-z])(?:tcp|udp)(?: ?[:/ ] ?|(?=\d\d))({_PORT_LIST})(?!\.?\d)", re.I),
    re.compile(r"(?<![\d.:A-Za-z-])(\d{2,5})(?:/| ?)(?:tcp|udp)(?![A-Za-z])", re.I),
    re.compile(r"(?:\d{1,3}\.){3}\d{1,3}:(\d{1,5})(?!\d)"),
    re.compile(r"(?<![\w:\"'])(?:localhost)?:(\d{2,5})(?![\d:])"),
    re.compile(
        rf"(?:开放|放行|开通|打开|监听|跑在|开一?下|健康检查(?:端口)?(?:用的?|走的?|是)?|health ?checks? (?:port |is |on |uses? |at )*|(?:runs?|running|served|responds?|responding|answers?|answering) on(?: port)?|telnet(?: [\w.]+)?|listen(?:ing)? on|allow|expose|whitelist) ?(?:一下|了|the)? ?(?<!\d)(?!(?:4[012]\d|50[0-5])(?!\d))({_PORT_LIST}){_NO_DATE}(?!\.?\d| ?(?:台|个|元|%|M|G|核))",
        re.I,
    ),
    re.compile(r"(?<![\d.:A-Za-z-])(\d{2,5}) ?口(?!令|径)", re.I),
)
# Well-known ports are said without the word; the low ones only in a sentence about connections.
_UNIT_FREE = r"(?![\d:%]|\.\d|-\d| ?(?:台|个|次|秒|分|小时|天|元|块|万|千|页|[mkgt]b?(?:/s|ps)?(?![a-z])|qps|pps|iops|ms|s\b|min|hour|day|yuan|usd|users?|people|orders?|requests?|files?|年|月|核))"
_KNOWN_PORT = re.compile(
    rf"(?<![\dA-Za-z.:#$¥/_-])(3389|3306|6379|5432|8080|8443|8888|27017|1433|1521|9200|5601|2222|8081|8000|9000|9090|7001|11211|5672|15672|2181|9092|2379|6443|5900|1194|9999){_UNIT_FREE}(?![A-Za-z_-])",
    re.I,
)
_LOW_PORT = re.compile(
    rf"(?<![\dA-Za-z.:#$¥/_-])(20|21|22|23|25|53|80|110|123|143|161|389|443|445|465|514|587|636|873|993|995|1080|2049|3000|3128|4000|5000|(?!20[12]\d)[1-9]\d{{3,4}}){_UNIT_FREE}(?![A-Za-z_-])",
    re.I,
)
# "Nothing on 443": the ports of the web, also where nothing speaks of connections. "Went to 80" is a level.
_WEB_PORT = re.compile(rf"\b(?:on (?=443|80)|(?:to|via|over) (?=443))(443|80){_UNIT_FREE}(?![A-Za-z_-])", re.I)
_CONNECTION_TALK = re.compile(
    r"端口|\bports?\b|\bssh|rdp|telnet|安全组|security group|防火墙|firewall|监听|listen|putty|远程|xshell|finalshell|sshd|埠|放通|入方向|出方向|inbound|ingress|smtp|\bnc\b|nmap|\btcp|\budp|blocked|放开|放行|开放|打开|开一下|开个|入站|出站|\brules?\b|\bopen\b|\ballow|\bunblock|\bclose\b|\bexpose",
    re.I,
)
_MONEY_TALK = re.compile(r"金额|元|块钱|账单|余额|扣|amount|bill|charge|refund|yuan|qps|电话|手机|phone", re.I)
_RANGE = re.compile(r"\s?[-~至到]\s?")

_BANDWIDTH_WORD = re.compile(
    r"带宽|宽带|网速|bandwidth|mbps|eip|公网|网络|流量|攻击|峰值|清洗|黑洞|ddos|attack|blackhole|black-hole|黑洞|被打|\bhit\b|flood|spike|inbound|traffic|peak|throughput|uplink|出网|\bnetwork\b|\bpipe\b|\bline\b",
    re.I,
)
# "10M" alone is a bandwidth unless the message speaks of memory, disks or files.
_STORAGE_WORD = re.compile(
    r"内存|硬盘|磁盘|盘|文件|剩|日志|空间|memory|\bram\b|disk|file|\blogs?\b|storage|body|upload|下载|上传|volume|partition|容量|快照|image|镜像",
    re.I,
)
_BANDWIDTH_UNIT = re.compile(
    rf"(?<![A-Za-z0-9.几数好])({NUMBER}) ?((?:[mg]bps|[mg]bits?(?:/s|ps)?|(?-i:[MGmg]b?/s)|mega?bits?(?: ?(?:/s|per second|a second))?|giga?bits?(?: ?(?:/s|per second|a second))?)(?![A-Za-z])|兆(?!字节|B)(?:比特)?|[MG] ?(?:的)?(?=带宽|宽带))",
    re.I,
)
_BANDWIDTH_PLAIN = re.compile(
    rf"(?<![A-Za-z0-9.几数好])(\d+(?:\.\d+)?|{CHINESE}) ?([MG]b?|megs?(?! of (?!band)))(?![A-Za-z0-9]|/s)", re.I
)
_BANDWIDTH_ALONE = re.compile(rf"(?<![A-Za-z0-9.])(\d+|{CHINESE}) ?(M|megs?)(?![A-Za-z0-9]| of)")
_BANDWIDTH_BARE = re.compile(
    r"(?:带宽|bandwi?[dt]+h|峰值|\beips?\b[^,.;。，]{0,24}?)(?: ?(?:[升降改调加设扩提]*[到成为至]|设|是|to|of|at|is|:|=) ?)+(\d+)(?![\d.:/]| ?(?:[A-Za-z%]|个|台|元|天|月|号|点))",
    re.I,
)

_CPU_MEMORY = re.compile(
    rf"(?<![A-Za-z0-9.])({NUMBER}) ?(?:核心?|c(?:pu|ores?)?|vcpus?|-?cores?)(?:cpu)?[ ,、/+和x*-]{{0,3}}(?:with |and )?({NUMBER}) ?(?:gb?|gib|个g|-?gigs?)(?:内存| ?(?:of )?(?:ram|memory))?(?![A-Za-z0-9])",
    re.I,
)
_CPU = re.compile(rf"(?<![A-Za-z0-9.])({NUMBER}) ?(?:个)?(?:核心?(?!对|查|实|验)|vcpus?\b|-?cores?\b|cpus\b)", re.I)
_SIZE = re.compile(
    rf"(?<![A-Za-z0-9.])(\d+(?:\.\d+)?|{CHINESE}) ?(?:个)?(tb?|gb?|gib|tib|mb|gigs?)(?![A-Za-z0-9/]| ?(?:bps|带宽))",
    re.I,
)
_SIZE_IN_GB = {"t": 1024, "g": 1, "m": 1 / 1024}
_MONEY = re.compile(
    rf"(?P<sign>(?:HK|US|NT|S|A)?[¥$€£]|(?<![A-Za-z])(?:RMB|CNY|USD|HKD|SGD|EUR) ?) ?(?P<signed>\d+(?:,\d{{3}})*(?:\.\d+)?)(?: ?(?P<signed_ten>k(?![A-Za-z0-9])|[万千](?!兆)))?|(?<![A-Za-z0-9.])(?P<number>\d+(?:,\d{{3}})*(?:\.\d+)?|{CHINESE}|{ENGLISH_HUNDREDS}|{ENGLISH}) ?(?P<ten>万|千|k|hundred|thousand|grand)? ?(?:多|来)?"
    r"(?P<unit>元|(?:(?<=[\d百千万十])|(?<=\d ))块(?!存|设备|盘|硬|磁|云|数据|系统|ssd|儿)|块钱|(?<=[两二三四五六七八九])块(?=$|[,，。!?！？、多]|[一二三四五六七八九](?![十百千块]))|人民币|rmb|cny|yuan|美元|美金|usd|dollars?|bucks|kuai|euros?|pounds|quid)(?P<tenth>[一二三四五六七八九](?![十百千万])|(?<=块)\d(?!\d))?[毛角]?(?![A-Za-z])",
    re.I,
)
_CURRENCIES = {
    "$": "USD", "US$": "USD", "USD": "USD", "HK$": "HKD", "HKD": "HKD", "S$": "SGD", "SGD": "SGD", "NT$": "TWD",
    "A$": "AUD", "€": "EUR", "EUR": "EUR", "£": "GBP",
}  # fmt: skip
_STATED_AMOUNT = re.compile(
    r"(?:金额|数额|\bamount)(?: ?(?:是|为|改成|填|:|=|to|of|is|应该是)){1,2} ?(\d+(?:\.\d+)?)(?![\d%])", re.I
)
_ROLE_REACH = 6


def _ports(text: str) -> Iterator[Entity]:
    for pattern in _PORT_PATTERNS:
        for match in pattern.finditer(text):
            for part in re.finditer(_PORT_NUMBER, match[1]):
                start = match.start(1) + part.start()
                ends = [int(number) for number in _RANGE.split(part[0])]
                if all(0 < number <= 65535 for number in ends):
                    value = ends[0] if len(ends) == 1 else f"{ends[0]}-{ends[1]}"
                    yield Entity("port", value, start, start + len(part[0]), weight=62)

    yield from _known_ports(text)


def _known_ports(text: str) -> Iterator[Entity]:
    if _MONEY_TALK.search(text):
        return
    patterns = (_KNOWN_PORT, _LOW_PORT) if _CONNECTION_TALK.search(text) else (_KNOWN_PORT,)
    for pattern in (*patterns, _WEB_PORT):
        for match in pattern.finditer(text):
            if int(match[1]) <= 65535:
                start, end = match.span(1)
                yield Entity("port", int(match[1]), start, end, weight=43)


def _number(text: str) -> float | None:
    try:
        return parse(text)
    except ValueError:
        return None


def _bandwidths(text: str) -> Iterator[Entity]:
    patterns = [_BANDWIDTH_UNIT]
    if _BANDWIDTH_WORD.search(text):
        patterns.append(_BANDWIDTH_PLAIN)
    elif not _STORAGE_WORD.search(text):
        patterns.append(_BANDWIDTH_ALONE)
    for pattern in patterns:
        for match in pattern.finditer(text):
            value = _number(match[1])
            near = text[match.end() : match.end() + 3]
            if value is not None and not re.match(r" ?(?:内存|硬盘|磁盘|盘|ram|mem)", near, re.I):
                rate = value * 1000 if match[2].lower().startswith("g") else value
                yield Entity(
                    "bandwidth",
                    plain(rate),
                    match.start(),
                    len(match[0].rstrip()) + match.start(),
                    {"unit": "Mbps"},
                    58,
                )
    for match in _BANDWIDTH_BARE.finditer(text):
        yield Entity("bandwidth", int(match[1]), *match.span(1), {"unit": "Mbps"}, 57)


def _sizes(text: str) -> Iterator[Entity]:
    for match in _CPU_MEMORY.finditer(text):
        for group, unit, role in ((1, "core", "cpu"), (2, "GB", "memory")):
            value = _number(match[group])
            if value is not None:
                end = match.start(2) if group == 1 else match.end()
                end = match.start() + len(text[match.start() : end].rstrip(" ,、/+和x*-")) if group == 1 else end
                yield Entity("size", plain(value), match.start(group), end, {"unit": unit, "role": role}, 56)
    for match in _CPU.finditer(text):
        value = _number(match[1])
        if value is not None:
            yield Entity("size", plain(value), *match.span(), {"unit": "core", "role": "cpu"}, 55)
    for match in _SIZE.finditer(text):
        value = _number(match[1])
        if value is not None:
            size = round(value * _SIZE_IN_GB[match[2][0].lower()], 4)
            yield Entity("size", plain(size), *match.span(), {"unit": "GB", **_role(text, *match.span())}, 54)


def _role(text: str, start: int, end: int) -> dict[str, str]:
    near = text[max(0, start - _ROLE_REACH) : start] + " " + text[end : end + _ROLE_REACH + 4]
    if re.search(r"内存|ram|mem", near, re.I):
        return {"role": "memory"}
    if re.search(r"盘|disk|storage|ssd|volume|容量", near, re.I):
        return {"role": "disk"}
    return {}


def _money(text: str) -> Iterator[Entity]:
    for match in _MONEY.finditer(text):
        value = _number(match["signed"] or match["number"])
        if value is None:
            continue
        value *= {"万": 10_000, "千": 1000, "k": 1000, "hundred": 100, "thousand": 1000, "grand": 1000}.get(
            (match["ten"] or match["signed_ten"] or "").lower(), 1
        )
        value += parse(match["tenth"]) / 10 if match["tenth"] else 0
        yield Entity("amount", plain(value), *match.span(), {"unit": _currency(match)}, 56)
    for match in _STATED_AMOUNT.finditer(text):
        yield Entity("amount", plain(float(match[1])), *match.span(1), {"unit": "CNY"}, 51)


def _currency(match: re.Match[str]) -> str:
    unit = (match["unit"] or "").lower()
    if unit.startswith(("美", "usd", "dollar", "buck")):
        return "USD"
    if unit.startswith("euro"):
        return "EUR"
    if unit in ("pounds", "quid"):
        return "GBP"
    return _CURRENCIES.get((match["sign"] or "").upper().strip(), "CNY")


def find_quantities(text: str) -> list[Entity]:
    """Every port, bandwidth, size and sum of money, possibly overlapping."""
    if not has_number(text):
        return []
    return [*_ports(text), *_bandwidths(text), *_sizes(text), *_money(text)]
