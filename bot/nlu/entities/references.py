# ruff: noqa: E501 - a pattern is read as one piece
"""Ways to speak of a resource or a detail: instance names, buckets, mentions ("the second one"), field names.

Mention values: ``focus`` (it, that one), ``ordinal:N``, ``last``, ``other``, ``all``, ``described`` ("the one in
Beijing": the other entities of the message carry the description). Whom a mention means is decided elsewhere.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence

from bot.nlu.entities.lexicon import load, matcher_of
from bot.nlu.entities.model import Entity, after, before
from bot.nlu.entities.numbers import CHINESE, parse

_NAME = re.compile(
    r"(?<![A-Za-z0-9_.@/-])[A-Za-z][A-Za-z0-9]{0,30}(?:[-_][A-Za-z0-9]{1,30}){0,5}[-_]\d{1,4}(?![A-Za-z0-9_/@-]|\.[A-Za-z0-9])"
)
_NOT_A_NAME = re.compile(
    r"^(?:cr|chg|inc|req|prb|jira|task|bug|case|utf|sha|md|tls|ssl|http|https|ipv|iso|rfc|aes|rsa|gpt|tier|layer|top|sev|covid|win|windows|ubuntu|centos|debian|mysql|php|python|java|redis|error|code|cn|us"
    r"|port|p|v|vm|cve|kb|log|level|part|step|page|line|option|type|class|plan|day|week|api|rate|base|tcp|udp|cat|wifi|intel|amd|ryzen|rtx|ps|e5|oct|nov|dec|jan|feb)"
    r"[-_]\d+(?:[-_]\d+)*$",
    re.I,
)
_DATE_LIKE = re.compile(r"^(?:cve|kb)-", re.I)
_NAMED = re.compile(
    r"(?:名(?:字|称)?(?:叫|为|是)|叫做?|名为|(?<!\w)(?<!\ba )(?:named|called)(?: is)?)[ :\"'“「]*(?P<name>[A-Za-z][A-Za-z0-9_.-]{1,60}[A-Za-z0-9])"
    r"|(?:实例|服务器|主机|机器|虚拟机|云主机)[ :\"'“「]*(?P<name2>[A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)+)(?![A-Za-z0-9_-])"
    r"|\b(?:instance|server|host|machine|vm|box)[ :\"']+(?P<name3>[A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)+)(?![A-Za-z0-9_-])"
    r"|(?<![A-Za-z0-9_.@/-])(?P<name4>[A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)+) ?(?:这台|那台|这个实例|服务器|实例|机器|主机|\b(?:instance|server|host|machine|vm|box)\b)",
    re.I,
)
# "The engineer called again" names nothing: a plain word is a name only of a machine.
_MACHINE_NAMED = re.compile(
    r"(?:实例|服务器|主机|机器|虚拟机|云主机|名字?|台|\b(?:instance|server|host|machine|vm|box|one|node|name|it))[^,.;，。；]{0,12}$",
    re.I,
)
# Names in Chinese are seen only between quotes beside the word for a machine, or where one "is called" so.
_MACHINE = r"(?:实例|服务器|主机|机器|虚拟机|云主机)"
_ZH_NAME = re.compile(
    rf"(?:{_MACHINE}|[这那]台)(?:名字?)?(?:叫做?|名为)?[\"“「『](?P<name>[^\"”」』]{{2,30}})[\"”」』]"
    rf"|[\"“「『](?P<name2>[^\"”」』]{{2,30}})[\"”」』] ?[这那](?:台|个{_MACHINE})"
    rf"|叫做?[\"“「『]?(?P<name3>(?![你我他她它人谁啥]|什么|同事)[\u4e00-\u9fff]{{2,10}}?)[\"”」』]?的(?:[这那]台|{_MACHINE})"
)
_ROLE = (
    r"(?:prod|production|staging|stage|test|testing|dev|uat|pre|qa|sit|trade|order|orders|pay|payment|user|users|member|game|shop|mall|web|www|api|app|db|mysql|pg|redis|cache|nginx|gateway|gw"
    r"|front|frontend|backend|admin|log|logs|mq|kafka|es|job|batch|data|ai|gpu|crm|erp|oa|bastion|jump|proxy|auth|search|report|stream|live|cms|blog|wiki|mail|git|gitlab|ci|jenkins|k8s"
    r"|svc|service|srv|server|node|master|slave|worker|primary|replica|core|edge|billing|video|file|ftp|nas|vpn|monitor|etl|bi|demo|stress|match|lobby|portal|mirror|login|account|host|box|vm|nginx|php|java)"
)
_NAME_TOKEN = re.compile(
    r"(?<![A-Za-z0-9_.@/-])[A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+){1,5}(?![A-Za-z0-9_/@-]|\.[A-Za-z0-9])"
)
_ROLE_SEGMENT = re.compile(rf"(?:^|[-_]){_ROLE}(?=[-_]|\d*$)", re.I)
_ROLE_NUMBER = re.compile(
    rf"(?<![A-Za-z0-9_.@/-]){_ROLE}(?<!es)(?<!ai)(?<!k8s)(?<!php)(?<!java)\d{{1,3}}(?![A-Za-z0-9_/@.-]|\.[A-Za-z0-9])",
    re.I,
)
_ORDINARY = re.compile(
    r"^(?:(?:front|back|high|low|open|end|read|write|pre|post|self|auto|non|un|re|sub|multi|cross|co|over|under|half|e|x|all|any|one|two|three|four|on|off|out|in|up|well|real|long|short|full|semi|anti|intra|inter|inner|built|third|first|second|last|top|best|right|left|early|late|so|no|to|by|follow|step|day|week|month|year|time|user|test|data|log|app|web|api|ai|cloud|live|server|service|account|host|video|file)"
    r"[-_](?:end|only|in|out|up|on|off|side|like|based|driven|ready|specific|facing|related|time|streaming|stream|key|id|ids|level|name|names|password|call|calls|error|errors|file|files|server|gateway|base|center|centre|site|store|drive|box|read|write|service|source|box|user|users|account|live|test|data|log|web|app|api|made|hosted|signed|way|weeks?|days?|hours?|mins?|minutes?|months?|years?|core|cores|party|class|term|run|running|production|prod|billing|login|job|mail|search|report|replica|master|slave|worker|node|core|proxy|cache|edge)s?)$"
    r"|^(?:non|re|un|total|sub|multi|cross|over|half|semi|anti|intra|x|no|self|auto|pre|post|in|on|off|out|up|down|per)[-_]|[-_](?:like|ready|only|based|side|driven|facing|specific|related|wide|free|level|end|signed|hosted|fpm|heap|slow|dumps?|exporter|disk|ip)$",
    re.I,
)

# Compounds of everyday English beyond those: "brand-new", "up-to-date", "e-mail".
_COMPOUND = re.compile(
    r"^(?:e|x|t|co|ex|de|brand|well|double|hard|old|copy|black|so|wi|flash|mini|cost|right|left|mid|near|non|much|far|same|single|dual|two|three|four|six|eight|ten|one|point|man|long|short|day|peer|end|step|state|real|near|fast|slow|low|high|good|best|big|small|large|mission|business|time|log|sign|check|follow|roll|start|set|back|up|down|off|on|out|in|by|over|under|cross|sub|multi|anti|semi|auto|self|access|third|pre|post|re|un)[-_]"
    r"|[-_](?:in|out|up|off|on|down|over|to|of|by|like|new|date|time|term|run|running|known|paid|hand|wise|long|fold|aware|friendly|style|type|size|sized|speed|heavy|intensive|bound|critical|effective|old|day|end|mail|fi|commerce|program|ops|ray|factor|year|month|week|hour|minute|second|core|holed|hole|called|coded|click|paste|tier|zone|region|node|azure|wide|only|free|ready|level|side|party|class|based|proof|safe|able|made|case|sale|key|keys|account|accounts|signed|url|urls|id|ids)$"
    r"|^(?:[a-z]+[-_])+(?:to|of|in|by|the|and|as|you)[-_]|^(?:before|after|during|gssapi|diffie|rsa|ecdsa|aes|ctrl|alt|shift|docker|spring|php|apt|yum|npm|keyboard|kex|total|id|sshd?|pam|max|rx|tx|min|sql|oom|rubber|here)[-_]"
)
_BUCKET_NAME = r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]"
_BUCKET_HOST = re.compile(
    rf"({_BUCKET_NAME})(?=\.(?:bj|gz|su|bd|fwh|hkg|sin|cd|yq|nj|fsh)\.bcebos\.com)|(?<=bos:/)/?({_BUCKET_NAME})", re.I
)
_BUCKET_AFTER = re.compile(
    rf"(?:(?P<zh>存储桶|桶|bucket|buckets)(?:名(?:字|称)?)?(?:是|叫|为)?|(?P<named>bucket(?:'s| is)? (?:named|called))|(?P<plain>\bbucket))[ :=\"'“「`]*(?P<name>{_BUCKET_NAME})(?![A-Za-z0-9_.-])"
)
_BUCKET_BEFORE = re.compile(
    rf"(?<![A-Za-z0-9_.-])[\"'`]?(?P<name>{_BUCKET_NAME})[\"'`]?(?: ?(?:这个|那个|的)? ?(?:存储桶|桶|bucket\b))"
)
_STORAGE_TALK = re.compile(
    r"(?<![a-z])bos(?![a-z])|bucket|桶|对象存储|object stor|s3cmd|bcecmd|putobject|getobject", re.I
)
_MACHINE_TALK = re.compile(r"实例|服务器|主机|机器|虚拟机|server|instance|\bvm\b|ssh|ping", re.I)
_BUCKET_TOKEN = re.compile(r"(?<![A-Za-z0-9_.@/-])[a-z0-9][a-z0-9]*(?:-[a-z0-9]+){1,6}(?![A-Za-z0-9_@-]|\.[A-Za-z0-9])")
_CANNED_ACL = ("public-read", "private-", "content-", "cache-", "x-")
_ZH_ORDINAL = re.compile(
    rf"(?:倒数)?(?<![同议款定法])第 ?(?P<n>{CHINESE}|\d{{1,2}}) ?(?:台|个(?!月|问题)|块|条|项)(?:机器|实例|服务器)?"
)
_EN_ORDINALS = {
    "first": 1,
    "1st": 1,
    "second": 2,
    "2nd": 2,
    "third": 3,
    "3rd": 3,
    "fourth": 4,
    "4th": 4,
    "fifth": 5,
    "5th": 5,
    "sixth": 6,
    "6th": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
}
_EN_ORDINAL = re.compile(
    rf"(?<!\ba )\b(?:the )?(?P<n>{'|'.join(_EN_ORDINALS)}) (?:one|instance|server|vm|machine|option|item|disk|of (?:them|those|these))\b|\bthe (?P<n2>{'|'.join(_EN_ORDINALS)})(?= ?(?:$|[,.;!?]| and\b))|\b(?:number|no\.|option) (?P<n3>\d|one|two|three)\b",
    re.I,
)
_MENTIONS = (
    ("last", re.compile(r"最后(?:一|那|那一)?(?:台|个(?!月|问题))|倒数第一[台个]|\bthe last (?:one|instance|server|vm|machine|of (?:them|those))\b", re.I)),
    ("other", re.compile(r"另(?:外)?(?:一|那|那一)?[台个](?!问题|事|方|人|账号|账户|地方|地域|区域|项目|部门|公司|端口|域名|密码|办法)|(?:其他|别的|其它|剩下)(?:的)?(?:那)?(?:几)?[台个]|\b(?:the |that )?other (?:one|ones|two|three|instance|server|machine|vm)\b|\banother (?:one|instance|server|machine)\b", re.I)),
    ("all", re.compile(r"(?:这|那)?(?<!后端)(?<!另外)(?:两|几|三|四|五|些)[台个](?:都|全|一起)|(?:它|牠)们|[这那它]俩(?!小时|天|月)|[这那](?:些|几台)(?:机器|实例|服务器|主机|云主机|虚拟机)|[这那](?:两|三|四|五|几)(?:台|个(?=都|也|全|机器|实例|服务器|$|[,，。!?！？]))|[前后]面?(?:两|三|几)台|\bthese (?:two|three|four)(?: ones)?\b(?! (?!instances|servers|vms|machines|boxes)\w)|\bthe (?:latter|former)\b|\b(?:all|both) (?:of )?(?:them|those|these)\b|\b(?:these|those) (?:two |three )?(?:instances|servers|vms|machines|boxes)\b|\bthe (?:first|last) (?:two|three|four)\b(?! \w+s\b)|\ball (?:two|three|four|five)\b(?! (?!please|pls|now|at|before|and)\w)|\bthem(?: all| both)?\b", re.I)),
    ("described", re.compile(r"\bthe one (?=(?:in|at|on|with|that|which|from|named|called|you|i|we)\b)|\bthat one (?=in\b)|(?:的|里|区)(?:那|这)(?:一)?[台个](?!月|时|问题)", re.I)),
    ("focus", re.compile(
        r"刚才(?:的)?(?:那|说的那?|查的那?|这)(?:一)?[台个]|刚刚(?:那|说的那)[台个]|上面(?:的)?(?:那|这)(?:一)?[台个]|前面(?:的)?(?:那|说的)(?:一)?[台个]?|之前(?:的)?(?:那|说的)(?:一)?[台个]"
        r"|(?<!其)(?:它|牠)(?!们)|[这那](?:一)?台(?!上海)(?:机器|实例|服务器|虚拟机|云主机|主机|机子)?|[这那](?:一)?个(?:实例|服务器|机器|虚拟机|云主机|主机|域名)|该(?:实例|服务器|机器|主机)|上一[台个](?!月|周|季)(?:机器|实例|服务器)?"
        r"|\bthe (?:previous|same) (?:one|instance|server|vm|machine|box)\b|\b(?:that|this) (?:same )?(?:one|instance|server|vm|machine|box|host|domain|channel|bucket|disk|database|ticket|stream)(?! (?:of|time|day|thing|is called))\b|\bthe same one\b|\b(?:that|this) thing\b|\b(?:the )?one (?:i|we|you) (?:just )?(?:mentioned|said|checked|restarted|looked at|told)\b",
        re.I)),
)  # fmt: skip
# Kinds and words that name a resource: a pronoun after them speaks of that resource, and is no open mention.
_NAMING_KINDS = frozenset(
    {"instance_id", "volume_id", "snapshot_id", "image_id", "rds_id", "load_balancer_id", "security_group_id", "event_id",
     "ticket_id", "instance_name", "ip_address", "domain", "url", "bucket"}
)  # fmt: skip
_NAMING_WORDS = re.compile(
    r"\b(?:my|our|the|a|an|one|new|this|that) (?:[\w-]+ ){0,2}(?:server|instance|vm|machine|database|db|disk|bucket|website|site|certificate|cert|domain|load balancer|snapshot|ticket|volume|cdn|app|stream|bill|invoice|refund|eip|account|order|api|service|port|password|bandwidth|windows|linux|project|page|program|script|job|contract)s?\b"
    r"|服务器|虚拟机|云主机|数据库|网站|证书|域名|负载均衡|快照|工单|磁盘|云盘|直播|备案|账单|发票|订单|(?<![这那])(?:台|个)机器|实例",
    re.I,
)
# "The password on it" asks for the password of something that is not named.
_PROPERTY_OF = re.compile(
    r"\b(?:passw(?:or)?d|pw|login|snapshots?|backups?|copy|copies|bandwidth|pipe|ports?|\d{2,5}|memory|ram|cpus?|cores?|disk|specs?|size|region) (?:on|of|for|to) $",
    re.I,
)
# A pronoun this many English words into the message nearly always points back inside it; "that one" does not.
_FAR_WORDS = 7
_POINTING = re.compile(r"(?:that|this) (?:one|thing)\b", re.I)
# "广州那台", "mysql那台", "那台ubuntu的": a place, a system or a task right beside a demonstrative describes it.
_PLACES = "北京|广州|苏州|保定|武汉|香港|新加坡|成都|阳泉|南京|上海|华北|华南|华东|华中"
_DESCRIBED_BEFORE = re.compile(rf"(?:{_PLACES}|机房|环境|(?<![A-Za-z0-9]){_ROLE}\d*|[里区库盘的])$", re.IGNORECASE)
_DESCRIBED_AFTER = re.compile(rf" ?(?:{_PLACES}|[A-Za-z][A-Za-z0-9.]* ?的)")
_IT = re.compile(
    r"\b(?:(?-i:[Ii]t)|its(?! own)|(?-i:IT)(?=[^a-z]*$))\b(?!'s (?:been|not working|urgent|ok|fine|hard|possible|time))",
    re.I,
)
_EXPLETIVE_IT = re.compile(
    r"\b(?:is|was|how long (?:does|will)|does|will|would|could) it (?:possible|take|cost|ok|safe|normal|necessary|be possible|work)\b|\bit(?:'s| is| was| seems| looks| would be| will be| takes?| costs?| says?| turns out)\b(?! (?:down|dead|slow|stopped|broken|full|still|running|up|offline|not))|\b(?:forget|got|get|call|about|leave|hold|make|do|did|that's|take) it\b(?=[ ,.!?]*(?:$|,|\.|!|\?))",
    re.I,
)

_CHANGE = (
    r"(?:换(?:一?个|下|一下)?|改(?:一?下|变|成别的|一?个)?|修改(?:一下)?|变更|更换|更改|调整(?:一下)?|重新(?:选|填|输入|设置|选择|定)(?:一下|一?个)?|填错了?|选错了?|写错了?|搞错了?|弄错了?|输错了?|打错了?|跳过"
    r"|为(?:什么|啥|何)(?:一定|非)?(?:要|需要|得)?(?:问|知道|填|提供|选|给|我的)?(?:你们?)?|干嘛(?:要|问)|要(?=[^，。]{1,6}(?:干什么|干嘛|做什么|干啥|做啥|有什么用|什么用))"
    r"|\bwhy (?:do|does|did|is|are|would|should)? ?(?:you|u|i|we|it)? ?(?:need|want|ask(?:ing)?(?: for| about)?|have to (?:give|tell|enter|choose)|require[ds]?|matter)?(?: (?:to know|for|about))?(?: (?:the|my|a|which|what|that))*"
    r"|\b(?:what do you need|what'?s) (?:the|my)|(?:先|就)?(?:跳过|略过|不填|不选|不想(?:填|说|给|选)|先不(?:填|选|说|给)|没有)"
    r"|\b(?:leave|don'?t (?:know|have|want to (?:give|say|tell|enter|set))|ignore|no|not sure about|keep)(?: (?:out|you|the|my|a|any))*"
    r"|\b(?:change|switch|modify|update|edit|correct|fix|alter|adjust|pick|choose|select|use|try|make|enter|set|skip|redo|re-?enter|got|wrong|different|another|incorrect)(?: (?:the|a|my|that|an|to|different|another|other|wrong|new|only|just|also))*)[ :]?(?:我的|这个|那个|一个|下|那台的|它的)?(?:购买|所在|目标|维护|续费|实例)?"
)
_CHANGED = r"(?:要|想|得|需要|我要|我想)?(?:换|改|变|错了|填错|写错|选错|不对|搞错|弄错|重填|重选|重新(?:选|填|输|设|定))|(?:跳过|随便|先不|以后|不填|不知道)|(?:干什么|干嘛|做什么|有什么用|什么用|有啥用)|(?: (?:matters?|needed|required))|(?: (?:is|was|should be|needs to be|has to be|i gave is|i gave was))? (?:wrong|incorrect|changed?|different|not right|a mistake|a typo)"


@functools.lru_cache(maxsize=1)
def _bucket_words() -> frozenset[str]:
    return frozenset(str(word) for word in load()["bucket"]["not_a_name"])


def is_ordinary(word: str) -> bool:
    """Whether a hyphenated word is an English compound, a date or a version rather than a name."""
    return is_compound(word) or _ORDINARY.search(word) is not None


def is_compound(word: str) -> bool:
    """As ``is_ordinary``, but "user-files" and the like may be names."""
    if _NOT_A_NAME.match(word) or _DATE_LIKE.match(word) or word.startswith(_CANNED_ACL):
        return True
    return _COMPOUND.search(word.lower()) is not None


def _names(text: str) -> Iterator[Entity]:
    for match in _NAMED.finditer(text):
        group = next(name for name in ("name", "name2", "name3", "name4") if match[name])
        plain = (
            group == "name" and match[group].isalpha() and not _MACHINE_NAMED.search(before(text, match.start(group)))
        )
        if not plain and not _NOT_A_NAME.match(match[group]) and not _ORDINARY.match(match[group]):
            yield Entity("instance_name", match[group], *match.span(group), weight=66 if group == "name" else 64)
    for match in _ZH_NAME.finditer(text):
        group = next(name for name in ("name", "name2", "name3") if match[name])
        yield Entity("instance_name", match[group], *match.span(group), weight=61)
    for pattern in (_NAME, _NAME_TOKEN, _ROLE_NUMBER):
        for match in pattern.finditer(text):
            ordinary = _NOT_A_NAME.match(match[0]) or _DATE_LIKE.match(match[0]) or _ORDINARY.search(match[0])
            if not ordinary and (pattern is not _NAME_TOKEN or _ROLE_SEGMENT.search(match[0])):
                yield Entity("instance_name", match[0], *match.span(), weight=63)


def _buckets(text: str) -> Iterator[Entity]:
    for match in _BUCKET_HOST.finditer(text):
        group = 1 if match[1] else 2
        yield Entity("bucket", match[group], *match.span(group), weight=96)
    for match in _BUCKET_AFTER.finditer(text):
        name = match["name"]
        distinct = (
            bool(re.search(r"[-\d]", name)) or bool(match["named"]) or bool(re.search(r"[\u4e00-\u9fff]", match[0]))
        )
        if name not in _bucket_words() and distinct and not name.isdigit():
            yield Entity("bucket", name, *match.span("name"), weight=68)
    for match in _BUCKET_BEFORE.finditer(text):
        if "-" in match["name"] and match["name"] not in _bucket_words():
            yield Entity("bucket", match["name"], *match.span("name"), weight=67)


def _buckets_by_context(text: str) -> Iterator[Entity]:
    """In a sentence about object storage and no machine, a hyphenated lower-case name is a bucket."""
    if not _STORAGE_TALK.search(text) or _MACHINE_TALK.search(text):
        return
    for match in _BUCKET_TOKEN.finditer(text):
        if not _ORDINARY.search(match[0]) and not _NOT_A_NAME.match(match[0]) and not match[0].startswith(_CANNED_ACL):
            yield Entity("bucket", match[0], *match.span(), weight=65)


def _mentions(text: str, named: list[Entity]) -> Iterator[Entity]:
    for match in _ZH_ORDINAL.finditer(text):
        value = f"ordinal:{int(parse(match['n']))}"
        yield Entity("mention", "last" if match[0].startswith("倒数第一") else value, *match.span(), weight=36)
    for match in _EN_ORDINAL.finditer(text):
        word = (match["n"] or match["n2"] or match["n3"]).lower()
        number = _EN_ORDINALS.get(word) or int(parse(word))
        yield Entity("mention", f"ordinal:{number}", *match.span(), weight=36)
    for value, pattern in _MENTIONS:
        for match in pattern.finditer(text):
            listed = value == "all" and sum(entity.start >= match.end() for entity in named) > 1
            if not listed and (value not in ("focus", "all") or not _is_named(text, named, *match.span())):
                yield Entity(
                    "mention",
                    value,
                    match.start(),
                    match.start() + len(match[0].rstrip()),
                    weight=35 if value != "focus" else 34,
                )
    expletive = [match.span() for match in _EXPLETIVE_IT.finditer(text)]
    for match in _IT.finditer(text):
        dummy = any(start <= match.start() < end for start, end in expletive)
        if not dummy and not _is_named(text, named, *match.span()):
            yield Entity("mention", "focus", *match.span(), weight=33)


def _is_named(text: str, named: list[Entity], start: int, end: int) -> bool:
    """Whether the message itself says what the mention stands for: earlier, or right beside it."""
    if any(e.end <= start or 0 <= e.start - end <= 1 for e in named):
        return True
    if text[start] in "这那" and (_DESCRIBED_BEFORE.search(before(text, start)) or _DESCRIBED_AFTER.match(text[end:])):
        return True
    if _PROPERTY_OF.search(before(text, start)):
        return False
    far = len(re.findall(r"[A-Za-z']+", before(text, start))) > _FAR_WORDS and not _POINTING.match(text, start)
    return far or bool(_NAMING_WORDS.search(text[:start]))


_CHANGE_BEFORE = re.compile(rf"{_CHANGE} ?$", re.IGNORECASE)
# "Make a snapshot" asks for one; no item of the dialogue is changed.
_MADE_BEFORE = re.compile(r"\bmake (?:me )?(?:a|an|another|one) (?:new )?$", re.IGNORECASE)
_CHANGED_AFTER = re.compile(rf"^ ?(?:{_CHANGED})", re.IGNORECASE)


def _fields(text: str) -> Iterator[Entity]:
    for value, start, end in matcher_of("field").find(text):
        changed = _CHANGE_BEFORE.search(before(text, start)) or _CHANGED_AFTER.match(after(text, end))
        if changed and not _MADE_BEFORE.search(before(text, start)):
            yield Entity("field", value, start, end, weight=44)


_UNNAMED = re.compile(
    r"(?:安全组|security group|\bgroup|镜像|快照|流|\bstream(?: key)?|分支|\bbranch) ?(?:名|named|called|叫|是|:)? ?$",
    re.IGNORECASE,
)
_FILE_OR_PROCESS = re.compile(
    r"(?:process|program|file|user|script|进程|程序|文件|用户)[^,。.;]{0,8}(?:named|called|叫做?|名为) ?$", re.I
)


def find_references(text: str, shapes: Sequence[Entity]) -> list[Entity]:
    """Instance names, buckets, mentions and field names, possibly overlapping; ``shapes`` is what is known so far."""
    names = [
        name
        for name in (*_names(text), *_buckets(text), *_buckets_by_context(text))
        if not _UNNAMED.search(before(text, name.start)) and not _FILE_OR_PROCESS.search(before(text, name.start))
    ]
    named = [entity for entity in [*shapes, *names] if entity.kind in _NAMING_KINDS]
    return [*names, *_mentions(text, named), *_fields(text)]
