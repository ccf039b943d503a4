"""Words the dialogue itself must recognise in both languages, whatever the classifier says.

They only ever make the assistant more careful (a yes with a "but" is no yes) or point at something just shown
("the second one"); intents come from the understanding.
"""

from __future__ import annotations

import re

# A yes that contains one of these is not a clear yes to an act.
HESITATION = re.compile(
    r"但|不过|先别|先不|等一下|等等|等会|稍等|稍后|晚点|晚些|再说|不要|别|不是|不行|如果|要是|万一|会不会|[吗么嘛]\s*[?？。]?\s*$|[?？]"
    r"|\b(?:but|wait|later|not|hold on|don'?t|\w+n['’]t|no|if|unless|instead|rather|however|first)\b",
    re.I,
)
# Nothing but a yes: clear whatever the classifier's confidence.
PLAIN_YES = re.compile(
    r"\s*(?:是|是的|对|对的|好|好的|好啊|好吧|可以|可以的|行|行吧|嗯|嗯嗯|确认|确认执行|确定|同意|没问题|执行|执行吧|请执行|麻烦了"
    r"|yes|yeah|yep|yup|ok|okay|sure|confirm|confirmed|go ahead|do it|please do|yes,? please|yes,? do it"
    r"|no problem|absolutely)"
    r"\s*[.。!！~]*\s*",
    re.I,
)
# Without one of these an affirmation is no clear yes to an act, however sure the classifier is.
YES_WORD = re.compile(
    r"[好行是对嗯恩准妥要做办弄搞干来]|可以|确认|确定|同意|执行|授权|批准|没问题|没错|没意见|当然|必须|开始|继续|操作|动手|麻烦|吧"
    r"|重启|启动|开机|关机|续费|放行|开通|升级"
    r"|\b(?:y|yes|yea|yeah|yep|yup|ya|aye|ok|okay|k|sure|do|go|confirm\w*|proceed|please|pls|fine|right|correct|alright"
    r"|agree\w*|approv\w*|authori[sz]\w*|accept\w*|absolutely|definitely|certainly|affirmative|course|good|great|perfect"
    r"|let'?s|works|continue|carry|start|begin|execute|run|restart|reboot|renew|open|happy|granted)\b",
    re.I,
)
# "OK, restart it": a yes and the name of the act.
YES_FIRST = re.compile(
    r"\s*(?:好|行|可以|嗯|对|是的|没问题|同意|确认|(?:ok|okay|yes|yeah|yep|yup|sure|please)\b)", re.I
)
# What may stand beside a name without asking anything: "是 web-01 这台", "it's the one called web-01".
POINTING_WORDS = re.compile(
    r"就是|应该是|是|那|这|台|个|的|叫|吧|呀|啊|哦|嗯|对|实例|机器|服务器|云主机|主机|请|我说|说"
    r"|\b(?:it'?s|it|is|the|one|that'?s|that|this|called|named|i|mean|meant|please|instance|machine|server|id|name)\b"
    r"|[\W_]",
    re.I,
)
# "wait, the second one" points; "it", "that machine" point at what was last talked about.
DEICTIC = re.compile(
    r"它|这台|那台|这个实例|那个实例|刚才|刚刚|上面那|上一台|该实例|这一台"
    r"|\b(?:it|its|the same one|(?:this|that) (?:one|machine|server|instance))\b",
    re.I,
)
# "Wait" before something else is no no; alone it is no yes.
WAIT = re.compile(
    r"\s*(?:等等|等一?下|等一等|稍等(?:一下)?|慢着"
    r"|(?:please )?(?:hold on|wait|one moment|just)(?: an? (?:moment|second|sec|minute))?)\W*",
    re.I,
)
# A no that leaves nothing to ask: "no, leave it".
LEAVE_IT = re.compile(
    r"不用了|不必了|不需要了|不要了|别动|先不动|不动了|算了|放着|保持原样|维持原状|以后再说"
    r"|\b(?:leave (?:it|that|things)|not now|never ?mind|no thanks|no need|forget it|as it is)\b",
    re.I,
)
# Nothing but that: a doubtful cancel or no in these words is one.
PLAIN_LEAVE = re.compile(rf"\s*(?:那|那就|还是|先|no,? |ok,? )?(?:{LEAVE_IT.pattern})[吧啦谢\W]*", re.I)
# "A machine", "another machine": not the one talked about.
ONE_OF_MANY = re.compile(
    r"(?<![这那哪上下第同每换])[一另](?:台|个)(?:云主机|云服务器|服务器|主机|机器|实例|虚拟机)"
    r"|(?:另外|其他)(?:一|那)?台|别的(?:机器|服务器|实例)"
    r"|\b(?:an?|another|some|one of (?:my|our|the)) (?:\w+ )?(?:machine|server|instance|vm|box)(?:e?s)?\b",
    re.I,
)
ALSO = re.compile(r"另外|还有|顺便|也|同样|\b(?:also|too|as well|besides)\b", re.I)
# What looks like a button's payload, a command or a document was typed, not pressed: it means nothing.
CODED = re.compile(r"\s*(?:[/／]\s*\w*\s*(?:\{.*)?|[{<\[].*[}>\]])\s*", re.S | re.A)
SLASH = ("/", "／")
_PLACEHOLDER = (
    r"things?|thing(?:y|ies)|thingama\w+|stuff|whatsits?|wotsits?|whatchamacallits?|whatnots?"
    r"|doodads?|doohickeys?|gizmos?"
)
# Nothing but words that stand for words ("that thing with the stuff", "就是那啥嘛"): the classifier can only guess.
PLACEHOLDERS = re.compile(
    rf"(?=.*(?:那啥|[这那]个啥|这个这个|那个那个|玩意|你懂的|\b(?:{_PLACEHOLDER})\b))\s*"
    rf"(?:(?:[这那就是个啥嘛呀呢啊吧的了嗯呐呃额跟和与或有带配]|玩意儿?|你懂的|你知道|\b(?:{_PLACEHOLDER}"
    r"|the|an?|that|this|those|these|some|it|its|is|are|was|of|on|in|over|by|with|and|or|to|there|here|other"
    r"|you|know|like|um|uh|er|well|so|all|do|does|doing)\b)[\s,.;:!~，。；！、…]*)+",
    re.I | re.S,
)
FOLLOW_UP = re.compile(
    r"^\s*(?:那|那么)?.{1,30}呢\s*[?？]?\s*$|^\s*(?:and\s+)?(?:what|how)\s+about\b|^\s*and\s+(?:on|for|in|with)\b", re.I
)
# "i-…, will a reboot lose data?": a question about an act's effect is no request to act.
ABOUT_EFFECT = re.compile(
    r"会(?:不会)?|影响|丢|多久|多长时间|收费|要钱|\b(?:will|would|lose|affect|how long|cost|happen)\b", re.I
)
# "How do I log in": a question of knowledge; "怎么连不上了" is a complaint.
HOW_TO = re.compile(
    r"如何|怎样|怎么(?!样|回事|又|还|就|老是|总是|突然|会|不|没|连不|登不|打不)[^不没]{1,20}$"
    r"|\bhow (?:do|can|could|should|to|would) (?:i|we|one|you)?\b",
    re.I,
)
CHANGE = re.compile(
    r"换(?:个|一个|一台|成|台)|改(?:一下|成|为)|别的|另一|\b(?:change|switch|different|another|other)\b", re.I
)
NOT_BEFORE = r"(?:不是|不要|别|不用|\bnot(?: to| a)?|\bdon'?t) *"
NEGATION = re.compile(r"不是|不对|错了|\b(?:not|isn'?t|wrong)\b", re.I)
GO_ON = re.compile(r"继续|接着|\b(?:continue|go on|carry on|resume|go ahead)\b", re.I)
NEITHER = re.compile(r"都不是|两个都不|\b(?:neither|none of)\b", re.I)

_NUMBERS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_ENGLISH = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "former": 1, "latter": 2}
_ORDINAL_ZH = re.compile(r"第\s*([一二两三四五六七八九十]|\d{1,2})(?!\s*[次步天时回章])")
# "First tell me …" is no ordinal.
_ORDINAL_EN = re.compile(
    r"(?:\bthe |^\W*)(first|second|third|fourth|fifth|former|latter)\b(?=\W*$| (?!tell|let|check|show|look|i ))"
    r"|\b(first|second|third|fourth|fifth) (?:one|machine|server|instance|option)\b"
    r"|\b(\d{1,2})(?:st|nd|rd|th)\b|(?:number|no\.?|#)\s*(\d{1,2})\b",
    re.I,
)
_LAST = re.compile(r"最后(?:一)?(?:个|台)?|\blast(?: one)?\b", re.I)
_BARE = re.compile(r"^\s*(?:选\s*)?(\d{1,2})\s*[.。]?\s*$")
_FORMER, _LATTER = re.compile(r"前者|前面那"), re.compile(r"后者|后面那")

FIELD_WORDS: dict[str, re.Pattern[str]] = {
    "instance_id": re.compile(r"实例|机器|服务器|虚拟机|主机|云主机|哪台|instance|server|machine|\bvm\b|\bid\b", re.I),
    "region": re.compile(r"地域|区域|机房|region|zone", re.I),
    "operation": re.compile(r"操作|动作|operation|action", re.I),
    "port": re.compile(r"端口|\bport\b", re.I),
}


def ordinal(text: str) -> int | None:
    """Which of a shown list the text points at: 1 for the first, -1 for the last, None for no ordinal."""
    if _FORMER.search(text):
        return 1
    if _LATTER.search(text):
        return 2
    if match := _ORDINAL_ZH.search(text) or _BARE.match(text):
        word = match.group(1)
        return _NUMBERS.get(word) or int(word)
    if match := _ORDINAL_EN.search(text):
        named, counted, *digits = match.groups()
        word = named or counted
        return _ENGLISH[word.lower()] if word else int(next(d for d in digits if d))
    return -1 if _LAST.search(text) else None


def mentions(name: str, text: str) -> bool:
    """Whether a resource's name stands in the text as a word of its own (Chinese characters may touch it)."""
    if len(name) < 2:
        return False
    pattern = rf"(?<![A-Za-z0-9_.-]){re.escape(name)}(?![A-Za-z0-9_-]|\.[A-Za-z0-9])"
    return re.search(pattern, text, re.I | re.ASCII) is not None


def near_shape(prefix: str, text: str) -> str | None:
    """A word that starts like an ID of that prefix, whatever its length: what the customer took for an ID."""
    match = re.search(rf"(?<![A-Za-z0-9_-]){re.escape(prefix)}[A-Za-z0-9_-]*", text, re.I | re.ASCII)
    return match.group() if match else None


WITHOUT_LANGUAGE = re.compile(r"[A-Za-z]{1,4}-[A-Za-z0-9-]+|\b[\w.-]*\d[\w.-]*\b", re.ASCII)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
