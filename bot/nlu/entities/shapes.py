# ruff: noqa: E501 - a pattern is read as one piece
"""Identifiers and addresses that are recognised by their shape alone, and are never cut by the tokenizer.

Shapes: the ID table of the cloud's protocol. ``\\b`` is useless here: Python counts Chinese characters as
word characters, so the guards name the characters that would continue an identifier.
"""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Iterator

from bot.nlu.entities.model import Entity, without_overlaps

_BEFORE = r"(?<![A-Za-z0-9_-])"
_AFTER = r"(?![A-Za-z0-9_-])"

# (kind, prefix, body). Prefixes are accepted in any case (phones capitalise) and given back canonical.
_ID_SHAPES: tuple[tuple[str, str, str], ...] = (
    ("instance_id", "i-", r"[A-Za-z0-9]{8}"),
    ("volume_id", "v-", r"[A-Za-z0-9]{8}"),
    ("snapshot_id", "s-", r"[A-Za-z0-9]{8}"),
    ("image_id", "m-", r"[A-Za-z0-9]{8}"),
    ("rds_id", "rds-", r"[A-Za-z0-9]{8}"),
    ("rds_id", "ddc-", r"[a-z0-9]{8}"),
    ("load_balancer_id", "lb-", r"[0-9a-f]{8}"),
    ("security_group_id", "g-", r"[a-z0-9]{12}"),
    ("event_id", "ev-", r"[A-Za-z0-9]{8}"),
    ("ticket_id", "TK-", r"\d{8}-\d{4,6}"),
)
# Dictated or retyped without its hyphens: "TK 20261122 0042".
_LOOSE_TICKET = re.compile(rf"{_BEFORE}(?i:tk)[ -]?(\d{{8}})[ -]?(\d{{4}}){_AFTER}")
_IDS = tuple(
    (kind, prefix, re.compile(f"{_BEFORE}(?i:{re.escape(prefix)})({body}){_AFTER}"))
    for kind, prefix, body in _ID_SHAPES
)
# Identifiers of resources that are no entity of the product, but must not be cut either.
_OTHER_ID = re.compile(
    rf"{_BEFORE}(?:(?:ip|eip|vpc|sbn|nat|eni|esg|rt|cert|asp|dset|k|r|scs)-[A-Za-z0-9]{{8,12}}"
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32})" + _AFTER
)
_IPV4 = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?:/\d{1,2})?(?![\d]|\.\d)")
_IPV6 = re.compile(r"(?<![0-9A-Za-z:._-])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?:/\d{1,3})?(?![0-9A-Za-z:_])")
# A fingerprint or a serial number: pairs of digits only.
_FINGERPRINT = re.compile(r"(?:[0-9A-Fa-f]{2}:)+[0-9A-Fa-f]{2}")
_URL = re.compile(r"(?i:https?|bos|ftp|rtmp|wss?)://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+;=%]+")
_TLD = (
    r"(?:com|cn|net|org|io|dev|app|top|xyz|info|cc|tech|cloud|shop|club|site|online|me|co|ai|edu|gov|hk|tw|uk|us|de|jp|eu"
    r"|fm|im|la|gg|asia|media|news|life|world|today|icu|plus|cool|chat|team|zone|video|press|studio|games?|ca|au|nz|kr|th|vn|nl|pl|br|mx|cafe|design|wiki|school|academy|center|company|email|finance|photos?|pics|sale|social|software|systems|travel|health|care|bank|network|digital|agency|technology|solutions|services|global|ren|love|beer|fans|tools|delivery|express|market|money|energy|farm|support|hosting|domains|vip|tv|store|wang|ltd|work|fun|ink|art|mobi|biz|pro|sg|fr|ru|local|internal|example|test|live|group|link|space|website"
    r"|ng|es|ch|se|fi|dk|ie|pt|gr|cz|hu|ro|tr|ua|za|ke|gh|eg|ma|sa|ae|qa|il|ir|pk|bd|lk|np|ph|kz|mn|mo|cl|ar|pe|ec|uy|ve|hr|si"
    r"|sk|lt|lv|ee|clinic|hospital|pizza|restaurant|coffee|hotel|blog|church|fashion|gallery|foundation|institute|university"
    r"|college|museum|tokyo|london|berlin|paris|nyc|africa|gmbh|llc|int|mil|lan|intra|corp)"
)
# Endings that are also words ("it is down.in the morning …"): only behind two labels.
_WORD_TLD = r"(?:in|it|at|be|no|my|id|is|so|one|name|page|host|home|law)"
_DOMAIN = re.compile(
    r"(?<![A-Za-z0-9_@.-])(?:\*\.)?(?:(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+(?i:"
    + _TLD
    + r")|(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){2,}(?i:"
    + _WORD_TLD
    + r"))(?![A-Za-z0-9_-]|\.[A-Za-z0-9])"
)
_PATH = re.compile(r"(?::\d{1,5})?/[A-Za-z0-9\-._~/?#%&=+:@!$'*,;]*")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}")
_CAMEL_CODE = re.compile(
    r"(?<![A-Za-z0-9_.-])(?:(?:[A-Z][a-z]+){1,4}(?:Exceptions?)?\.)?[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*){1,8}(?![A-Za-z0-9_-]|\.[A-Za-z0-9])"
)
_SNAKE_CODE = re.compile(r"(?<![A-Za-z0-9_.-])[A-Z][A-Z0-9]+(?:_[A-Z0-9]+){1,6}(?![A-Za-z0-9_-]|\.[A-Za-z0-9])")
_CODE_WORDS = re.compile(
    r"(?i:denied|forbidden|exception|error|notfound|nosuch|invalid|mismatch|expired|limit|quota|timeout|unavailable|exist"
    r"|overdue|slowdown|notmatch|malformed|notsupport|conflict|exceed|fail|operation|notavailable|refused|unauthori|toolarge"
    r"|tooskewed|skewed|unknown|missing|illegal|incorrect|notenabled|notactive|inactive|frozen|arrears|blocked|toomany|busy|dup|already|internal|unsupport|unsatisf|notready|notsign|incomplete|lack|exhaust|notempty|notallowed|precondition|required|soldout|throttl|insufficient|badrequest|gateway|inappropriate|baddigest)"
)
_SYSTEM_CODE = re.compile(
    r"(?<![A-Za-z0-9_])(?:E(?:TIMEOUT|NOTFOUND|AI_AGAIN|AUTH|IO|ROFS|DQUOT|MFILE|TIMEDOUT|CONNREFUSED|CONNRESET|HOSTUNREACH|NOENT|ACCES|NOSPC|PERM|ADDRINUSE|PIPE|AGAIN|NETUNREACH)"
    r"|(?i:net::)?(?:ERR|SSL|NET|DNS_PROBE|PR|SEC|MEDIA|RTMP|CURLE|MYSQL|PAM|SYN|TLS|X509|ER)_[A-Z0-9_]{3,}|[a-z]+_(?:limit|quota|exceeded|error|denied|failed|invalid|expired|reached)(?:_[a-z]+)*|NXDOMAIN|SERVFAIL|0x[0-9A-Fa-f]{1,16}|P[12]\d{3}(?=:| )|ORA-\d{5}|OOMKilled|SQLSTATE\[?\w{5}\]?)(?![A-Za-z0-9_])"
)
_STATUS = r"[1-5]\d{2}"
_CONTEXT_CODE = re.compile(
    r"(?i:(?:http|status|状态码|错误码|报错码?|error(?:[ _]?(?:code|no))?|err(?:no|code)?|code|返回码?|错误|异常|返回了?|报了?|出现|提示|显示|变成"
    r"|returns?|returning|returned|throws?|throwing|repl(?:y|ies|ied)|responds?|(?:gets?|getting|got|gives?|giving|shows?|showing|seeing|see)(?= (?:an? |the |me |us |all |error |http |status |code )*(?:[1-5]\d{2}(?!\d)|\d{4})))"
    r"(?: ?(?:了|是|为|个|码|着|一个|出|an?|the|is|with|me|us|all|以|[:=#]|error|errors|code|http|status|大量|好多|一堆|全是|都是)){0,3}) ?[\"'\(]?"
    r"(?P<code>\d{2,6})(?![\d%]|\.\d|:\d| ?(?i:台|个|次|秒|分|小时|天|元|块|M|G|KB|ms|s\b|min|hour|day|yuan|GB|MB|times|instances?|servers?|vms?))"
)
_STATUS_AFTER = re.compile(
    rf"(?<![\d.:A-Za-z-])(?P<code>{_STATUS})(?: ?(?i:错误|报错|error|errors|状态码?|状态|了(?![\d十])|s(?![A-Za-z])|forbidden|not found|bad gateway|gateway"
    r"|service unavailable|unauthorized|internal server|unavailable|timeout|too many|怎么办|是什么|什么意思|是啥|response|page|status|code))"
)
# A bare status code: unmistakable ones anywhere, round ones only in a sentence about errors.
_NO_UNIT = r"(?![\d:%]|\.\d| ?(?i:台|个|次|秒|分|小时|天|元|块|号|万|千|页|[mkgt]b?(?:/s|ps)?(?![a-z])|qps|pps|rps|tps|毫秒|ms|s\b|min|hour|day|yuan|usd|dollar|gb|mb|times|instances?|servers?|vms?|users?|iops|people|orders?|requests?|files?|cores?|核))"
_BARE_STATUS = re.compile(
    rf"(?<![\dA-Za-z.:#$¥/_-])(?P<code>40[134-9]|41[0-9]|42[269]|451|499|50[1-8]|52[0-7]|567){_NO_UNIT}(?![A-Za-z-])"
)
_ROUND_STATUS = re.compile(rf"(?<![\dA-Za-z.:#$¥/_-])(?P<code>400|500|402){_NO_UNIT}(?![A-Za-z-])")
# Numeric errors of the AI services: quota and rate (17, 18, 19), tokens (110, 111), six digits for the rest.
_AI_CODE = re.compile(rf"(?<![\dA-Za-z.:#$¥/_-])(?P<code>1[789]|11[01]|2(?:16|22|82)\d{{3}}){_NO_UNIT}(?![A-Za-z-])")
_AI_TALK = re.compile(
    r"(?i)人脸|识别|接口|调用|额度|配额|ocr|\bapi\b|qps|quota|face|recognition|\basr\b|\btts\b|rate limit|限流"
)
_ERROR_TALK = re.compile(
    r"(?i)报|错|error|http|返回|接口|\bapi\b|page|页|网站|site|响应|状态|异常|挂了|打不开|cdn|负载|balanc|后端|backend|nginx|upstream|returns?|throw"
)
_NUMBERED_ERROR = re.compile(
    r"(?i)(?:errno|error[_ ]?code|error|err|errcode|err_code|code|错误码|错误代码|错误号|报错|错误|exit code|退出码) ?(?:is|为|是|代码|码|号|no\.?|number|:|=|#|\(|[\"']|-)* ?[\"']?(?P<code>\d{2,6})(?![\d%]|\.\d)"
)
# "Connection timed out (110)".
_ERRNO = re.compile(r"(?i)(?:timed out|refused|reset(?: by peer)?|unreachable|no route to host) \((?P<code>\d{1,3})\)")
_VERSION = re.compile(r"(?<![A-Za-z0-9.])[vV]?\d+(?:\.\d+){1,3}(?:-[A-Za-z0-9]+)?(?![A-Za-z0-9])")
_SPEC = re.compile(r"(?<![A-Za-z0-9.])(?i:bcc)\.[a-z0-9]+\.c\d+m\d+(?![A-Za-z0-9])")
_NAME_LIKE = re.compile(r"(?<![A-Za-z0-9_.-])[A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)+(?![A-Za-z0-9_-])")

_DIGIT = re.compile(r"\d")
_TRAILING = "!?.,;:'\")]}*&"


def _identifiers(text: str) -> Iterator[Entity]:
    for kind, prefix, pattern in _IDS:
        for match in pattern.finditer(text):
            yield Entity(kind, prefix + match[1], match.start(), match.end(), weight=100)
    for match in _LOOSE_TICKET.finditer(text):
        yield Entity("ticket_id", f"TK-{match[1]}-{match[2]}", match.start(), match.end(), weight=99)


def _addresses(text: str) -> Iterator[Entity]:
    if "." not in text and ":" not in text:
        return
    for match in _URL.finditer(text):
        url = match[0].rstrip(_TRAILING)
        yield Entity("url", url, match.start(), match.start() + len(url), weight=97)
    emails = [match.span() for match in _EMAIL.finditer(text)]
    for match in _DOMAIN.finditer(text):
        if any(start <= match.start() < end for start, end in emails):
            continue
        path = _PATH.match(text, match.end())
        if path:
            url = text[match.start() : path.end()].rstrip(_TRAILING)
            yield Entity("url", url, match.start(), match.start() + len(url), weight=88)
        yield Entity("domain", match[0], match.start(), match.end(), weight=80)
    for pattern in (_IPV4, _IPV6):
        for match in pattern.finditer(text):
            if _is_address(match[0]):
                yield Entity("ip_address", match[0], match.start(), match.end(), weight=90)


def _is_address(text: str) -> bool:
    if _FINGERPRINT.fullmatch(text):
        return False
    try:
        ipaddress.ip_interface(text)
    except ValueError:
        return False
    return text.count(":") != 2 or "::" in text


def _error_codes(text: str) -> Iterator[Entity]:
    for pattern in (_CAMEL_CODE, _SNAKE_CODE):
        for match in pattern.finditer(text):
            if _CODE_WORDS.search(match[0].replace("_", "")):
                yield Entity("error_code", match[0], match.start(), match.end(), weight=70)
    for match in _SYSTEM_CODE.finditer(text):
        yield Entity("error_code", match[0], match.start(), match.end(), weight=70)
    if not _DIGIT.search(text):
        return
    bare = (_BARE_STATUS, _ROUND_STATUS) if _ERROR_TALK.search(text) else (_BARE_STATUS,)
    for pattern in (_CONTEXT_CODE, _STATUS_AFTER, _NUMBERED_ERROR, _ERRNO, *bare):
        for match in pattern.finditer(text):
            yield Entity("error_code", match["code"], match.start("code"), match.end("code"), weight=60)
    if _AI_TALK.search(text):
        for match in _AI_CODE.finditer(text):
            yield Entity("error_code", match["code"], *match.span("code"), weight=41)


@functools.lru_cache(maxsize=16)
def find_shapes(text: str) -> tuple[Entity, ...]:
    """Every identifier, address and error code, possibly overlapping; three components ask for those of one message."""
    return (*_identifiers(text), *_addresses(text), *_error_codes(text))


def protected_spans(text: str) -> list[tuple[int, int]]:
    """Spans that must stay one token: what ``find_shapes`` finds, other IDs, versions, specs and names."""
    found = [Entity("shape", "", e.start, e.end, weight=e.weight) for e in find_shapes(text)]
    for weight, pattern in ((85, _OTHER_ID), (75, _EMAIL), (50, _SPEC), (40, _VERSION), (30, _NAME_LIKE)):
        found += [Entity("shape", "", *match.span(), weight=weight) for match in pattern.finditer(text)]
    return [(e.start, e.end) for e in without_overlaps(found)]
