# ruff: noqa: E501 - a pattern is read as one piece
"""What only the intent lets one read: bare numbers as ports or error codes, plain words as buckets or instance names.

"let 5432 through" is about a port because a port is to be opened; "hr-portal" is a machine where one is to be restarted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from bot.nlu.entities.lexicon import load, matcher_of
from bot.nlu.entities.model import Entity, before
from bot.nlu.entities.references import is_compound, is_ordinary

# Below everything that is recognised by itself.
_WEIGHT = 5

_NO_UNIT = r"(?![\d:%]|\.\d|-\d| ?(?:台|个|次|条|秒|分|小时|天|元|块|万|千|年|月|日|号|核|人|[mkgt]b?(?:/s|ps|it)?(?![a-z])|qps|rpm|tpm|ms\b|s\b|min|hour|day|week|month|year|yuan|usd|rmb|times|servers?|machines?|instances?|users?|people|apps?|calls?|requests?|images?|cores?))"
_PORT = re.compile(
    rf"(?<![\dA-Za-z.:#$¥_/-])(\d{{2,5}}(?: ?[-~至到] ?\d{{2,5}})?)(?:/(?:tcp|udp)\b)?{_NO_UNIT}(?![A-Za-z_-])", re.I
)
_AFTER_SLASH = re.compile(rf"(?<=\d)[/,](\d{{2,5}}){_NO_UNIT}(?![A-Za-z_-])", re.I)
_AI_CODE = re.compile(
    rf"(?<![\dA-Za-z.#$¥_-])(?P<code>[1346]|1[3-9]|100|11[01]|(?:21|22|28|33)\d{{4}}|5[248]00\d){_NO_UNIT}(?![A-Za-z_-])",
    re.I,
)
# Small numbers are codes only right after a word for an error.
_CODE_TEXT = re.compile(
    r"[ :,-]{1,2}(?:open api|no permission|unknown error|service|access token|invalid|unsupported)", re.I
)
_CODE_CUE = re.compile(
    r"(?:err(?:or|no|code|_code|_no)?|code|报错?|错误码?|返回码?|错误号|码|号)[\"'”]?(?: ?(?:[:=#]|是|为|了|着|is|number|no\.?|code))* ?[\"'“]?$",
    re.I,
)
# Of MySQL, PostgreSQL and SQL Server; a round number is a number of connections.
_DATABASE_CODE = re.compile(
    r"(?<![\dA-Za-z.:#$¥_/-])(?!\d{2}00(?!\d))(?P<code>184\d\d|4060|1006[01]|28P01|28000|3D000|42[0-9A-Z]{3}|53[0-4]00|57P0\d|08006|10[0-9]{2}|11[0-9]{2}|12[0-9]{2}|20[0-5]\d|30\d\d)(?=[ )\](,:;。，!?]|$|[\u4e00-\u9fff])(?!年|月| ?(?:connections?|个|条|台|元|块))"
)

_TOKEN = re.compile(
    r"(?<![A-Za-z0-9_.@/-])[A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+){1,5}(?![A-Za-z0-9_/@-]|\.[A-Za-z0-9])"
)
# "CRITICAL_PROCESS_DIED" is the name of an error or a setting.
_CONSTANT = re.compile(r"[A-Z]+(?:_[A-Z]+)+")
_NUMBERED = re.compile(r"(?<![A-Za-z0-9_.@/-])[a-z]{2,12}\d{1,3}(?![A-Za-z0-9_/@.-])")
_NUMBERED_WORDS = re.compile(
    r"^(?:ic|hp|vda|vdb|sda|win|windows|ubuntu|centos|debian|rocky|rhel|mysql|php|python|java|jdk|ipv|tls|tlsv|http|raid|cn|sha|md|utf|log|rtx|port|tcp|udp|eth|ens|sd|core|cpu|gen|part|page|no|ext|xfs|overlay|nvme|sdb|inode|swap|kswapd|kworker|vol|redis|kafka|es|mp|gcc|node|vue|sql|error|code|err|oct|nov|dec|q|at|by|to|of|in|is|top|step|base|ps|level|tier)\d",
    re.I,
)
# A name stands where its sentence goes on with a verb, a preposition or nothing; "brand-new server" goes on with a noun.
_NAME_ENDS = re.compile(
    r"$|[\u4e00-\u9fff]| ?[,.;:!?)'\"，。！？、]| (?:[\u4e00-\u9fff]|(?:is|was|has|to|from|please|pls|plz|by|with|and|or|again|now|at|for|in|on|back|down|up|off|right|asap|today|tonight|tomorrow|needs?|should|can|could|keeps?|went|won't|does|did|doesn't|isn't|because|so|but|before|after|until|immediately|once|since)\b)",
    re.I,
)
# Identifiers of other resources, request numbers, and settings of software.
_OTHER_ID = re.compile(
    r"^(?:(?:ip|eip|vpc|sbn|nat|eni|esg|rt|cert|req|ord|order)-[A-Za-z0-9]{8,}|[0-9a-f]{8}-[0-9a-f-]{12,}|[0-9a-f]{16,}|C-\d+)$",
    re.I,
)
_GROUP_BEFORE = re.compile(
    r"(?:安全组|security group|\bgroup|镜像|快照|snapshot|image|policy|vpc|子网|subnet|库|表|database|table|key|密钥|用户|user|account|账号) ?(?:名|named|called|叫|是|:)? ?$",
    re.I,
)
_BUCKET_TOKEN = re.compile(r"(?<![A-Za-z0-9_.@/-])[a-z0-9][a-z0-9]*(?:-[a-z0-9]+){1,6}(?![A-Za-z0-9_@-]|\.[A-Za-z0-9])")
_BUCKET_NAMED = re.compile(
    r"(?:存储桶|桶|bucket)(?:名(?:字|称)?)? ?(?:是|叫做?|为|named|called|name is|is called|is|:|=)? ?[\"'“`「]?(?P<name>[a-z0-9][a-z0-9-]{2,61})(?![A-Za-z0-9_.-])",
    re.I,
)
_BUCKET_BEFORE = re.compile(
    r"(?<![A-Za-z0-9_.-])(?P<name>[a-z0-9][a-z0-9-]{2,61})[\"'”`」]? ?(?:这个|那个|的)? ?(?:存储桶|桶)", re.I
)
_BUCKET_EN = re.compile(r"\b(?:the|my|our|to|from|on|in|of) [\"'`]?(?P<name>[a-z0-9][a-z0-9-]{2,61})[\"'`]? bucket\b")


def expected(text: str, intents: frozenset[str]) -> Iterator[Entity]:
    """The findings that these intents let expect; weaker than anything that was recognised without them."""
    for intent in intents:
        for find in _FINDERS.get(intent, ()):
            yield from find(text)


def _ports(text: str) -> Iterator[Entity]:
    for pattern in (_PORT, _AFTER_SLASH):
        for match in pattern.finditer(text):
            ends = [int(number) for number in re.split(r" ?[-~至到] ?", match[1])]
            if all(0 < number <= 65535 for number in ends) and not re.fullmatch(r"20[12]\d", match[1]):
                value = ends[0] if len(ends) == 1 else f"{ends[0]}-{ends[-1]}"
                yield Entity("port", value, *match.span(1), weight=_WEIGHT)


def _ai_codes(text: str) -> Iterator[Entity]:
    for match in _AI_CODE.finditer(text):
        cued = _CODE_CUE.search(before(text, match.start())) or _CODE_TEXT.match(text, match.end())
        if cued or (len(match["code"]) > 1 and text[match.start() - 1 : match.start()] not in (":", "/")):
            yield Entity("error_code", match["code"], *match.span("code"), weight=_WEIGHT)


def _database_codes(text: str) -> Iterator[Entity]:
    for match in _DATABASE_CODE.finditer(text):
        yield Entity("error_code", match["code"], *match.span("code"), weight=_WEIGHT)


def _buckets(text: str) -> Iterator[Entity]:
    for match in _BUCKET_TOKEN.finditer(text):
        if not is_compound(match[0]) and not _OTHER_ID.match(match[0]):
            yield Entity("bucket", match[0], *match.span(), weight=_WEIGHT)
    stop = load()["bucket"]["not_a_name"]
    for pattern in (_BUCKET_NAMED, _BUCKET_BEFORE, _BUCKET_EN):
        for match in pattern.finditer(text):
            if match["name"].lower() not in stop and not match["name"].isdigit():
                yield Entity("bucket", match["name"], *match.span("name"), weight=_WEIGHT)


def _names(text: str) -> Iterator[Entity]:
    for pattern in (_TOKEN, _NUMBERED):
        for match in pattern.finditer(text):
            known = is_ordinary(match[0]) if pattern is _TOKEN else _NUMBERED_WORDS.match(match[0])
            known = known or _OTHER_ID.match(match[0]) or _CONSTANT.fullmatch(match[0])
            if (
                not known
                and _NAME_ENDS.match(text, match.end())
                and not _GROUP_BEFORE.search(before(text, match.start()))
            ):
                yield Entity("instance_name", match[0], *match.span(), weight=_WEIGHT)


# Of "the region of my server" and "服务器的地域" the item is the region.
_OF_ANOTHER = re.compile(r"(?:\bof (?:the|my|our|this|that) )$", re.I)
_MACHINE_WORD = re.compile(r"机器|服务器|主机|machine|server|host|vm", re.I)
_ITS_OWN = re.compile(r"的|'s\b|登录|(?: (?:id|ip|name|password|region|port)\b)", re.I)


def _items(text: str) -> Iterator[Entity]:
    """Where the customer skips or questions an item of the dialogue, its name alone tells which."""
    items = load()["revision"]["items"]
    for value, start, end in matcher_of("field").find(text):
        if value in items and not _OF_ANOTHER.search(before(text, start)) and not _ITS_OWN.match(text, end):
            yield Entity("field", value, start, end, weight=_WEIGHT)


def _corrected_items(text: str) -> Iterator[Entity]:
    """As ``_items``; a machine in a correction is the one that is meant, and not the name of an item."""
    return (item for item in _items(text) if not _MACHINE_WORD.fullmatch(text[item.start : item.end]))


_MACHINE_INTENTS = (
    "instance_power", "password_reset", "resize_instance", "resize_bandwidth", "instance_info", "snapshot_restore",
    "renewal", "instance_down",
    "instance_slow", "instance_connect", "disk_full", "load_balancer_unhealthy",
)  # fmt: skip
_FINDERS: dict[str, tuple[Callable[[str], Iterator[Entity]], ...]] = {
    "open_port": (_ports,),
    "ai_quota": (_ai_codes,),
    "rds_connection": (_database_codes,),
    "bos_access_denied": (_buckets,),
    "skip": (_items,),
    "correct": (_corrected_items,),
    "explain_why": (_items,),
    **dict.fromkeys(_MACHINE_INTENTS, (_names,)),
}
