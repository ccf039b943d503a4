# ruff: noqa: E501 - a pattern is read as one piece
"""Points in time and durations, relative to a given now.

``time`` values are ISO 8601 with the zone of *now*, the ``grain`` in the details; ``duration`` values are seconds,
with ``count`` and ``unit`` in the details ("三个月" is 7 776 000 s and three months).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from bot.nlu.entities.model import Entity, before, without_overlaps
from bot.nlu.entities.numbers import NUMBER, parse, plain
from bot.nlu.entities.windows import with_windows

Clock = Callable[[], datetime]
"""Tells the time in the customer's zone."""
_UNIT_SECONDS = {
    "second": 1,
    "minute": 60,
    "hour": 3600,
    "day": 86400,
    "week": 604800,
    "month": 2592000,
    "quarter": 7776000,
    "year": 31536000,
}
_UNITS = (
    ("second", r"秒钟?|seconds?|secs?|(?<=\d)s(?![A-Za-z])"),
    ("minute", r"分钟|minutes?|mins?|分(?![区配组发析布支之钱没都也未])"),
    ("hour", r"个?(?:小时|钟头)|hours?|hrs?|hr|h(?![A-Za-z])"),
    ("day", r"天|days?|日(?![志本常])"),
    ("week", r"个?(?:星期|礼拜)(?![一二三四五六日天])|周(?![一二三四五六日末期边围])|weeks?"),
    ("month", r"个月|(?<=[两俩仨多])月|months?|(?<=\d)mos?(?![A-Za-z])"),
    ("quarter", r"个?季度|quarters?"),
    ("year", r"年(?![前底末初]?月)|years?|yrs?(?![A-Za-z])"),
)
_UNIT = "|".join(f"(?P<{name}>{pattern})" for name, pattern in _UNITS)
_UNIT_AGAIN = "|".join(pattern for _, pattern in _UNITS)
_LENGTH = rf"(?:(?P<half>半个?|(?:a )?half[ -](?=(?:hour|day|year)\b)|half an? )|(?P<number>{NUMBER}(?: and a half)?|a couple of|an?(?= (?:hour|minute|second|day|week|month|quarter|year))(?! second (?!ago|later|each|or|to|for|and|per|before|after|at|is|was)[a-z])|another(?= (?:hour|minute|day|week|month|quarter|year)s?\b)|couple of)(?: (?:more|extra|full|whole|further|additional|business|working) |整|\+ ?| ?-?))(?:(?P<and_half>个半)|个?多|来)?(?P<unit>{_UNIT})(?P<plus>半(?![夜天])| and a half)?(?:多)?(?:钟)?"
_FIXED = re.compile(
    r"\b(?:(?P<week>(?:(?:a|one|the (?:last|past)|another) )fortnight)|(?P<minute>(?:(?P<three>three quarters)|a quarter) of an hour))\b(?P<ago> (?:ago|earlier)\b)?",
    re.I,
)
_COMPACT = re.compile(r"(?<![A-Za-z0-9])(?P<hours>\d{1,2}) ?h ?(?P<minutes>\d{1,2}) ?m(?:in)?(?![A-Za-z0-9])", re.I)
# Not inside a Latin word, number or range; Chinese may follow them directly ("100M一个月").
_FREE = r"(?:(?<![A-Za-z0-9.-])|(?<=[A-Za-z0-9])(?=[\u4e00-\u9fff]))"
_DURATION = re.compile(rf"{_FREE}(?<![第:/×*]){_LENGTH}(?!月)(?!无理由)(?![A-Za-z])", re.I)
_RELATIVE = re.compile(
    rf"(?:大概|大约|差不多|about |around )?{_FREE}(?<!第)(?:{_LENGTH}|(?P<vague>几|a few |several )(?:{_UNIT_AGAIN})) ?(?P<direction>(?:之|以)?前|(?:之|以)?后|ago|earlier|later|from now)(?!天)",
    re.I,
)
_VAGUE = {"a couple of": 2, "couple of": 2, "a": 1, "an": 1, "another": 1}
# "Twice a month", "200 yuan a year": how often or how much, not how long.
_RATE = re.compile(r"(?:times|twice|once|yuan|rmb|cny|usd|dollars?|much|[\d%]) $", re.I)
_DAY_WORDS = {
    "大前天": -3, "前天": -2, "昨天": -1, "昨日": -1, "昨儿": -1, "昨": -1, "今天": 0, "今日": 0, "今儿": 0, "今": 0, "当天": 0, "明天": 1, "明日": 1,
    "明儿": 1, "明": 1, "后天": 2, "大后天": 3, "the night before last": -2, "today": 0, "tomorrow": 1, "tmr": 1, "tmrw": 1, "yesterday": -1, "the day before yesterday": -2,
    "the day after tomorrow": 2, "tonight": 0, "last night": -1, "this morning": 0, "this afternoon": 0, "this evening": 0,
}  # fmt: skip
_PARTS = {
    "凌晨": (0, False), "早上": (8, False), "早晨": (8, False), "早": (8, False), "上午": (9, False), "中午": (12, True), "正午": (12, True), "晌午": (12, True), "下午": (14, True), "午后": (14, True),
    "傍晚": (18, True), "晚上": (20, True), "晚间": (20, True), "夜里": (22, True), "夜间": (22, True), "半夜": (0, False), "深夜": (23, True), "夜": (22, True), "晚": (20, True), "清晨": (6, False),
    "morning": (9, False), "afternoon": (14, True), "evening": (19, True), "night": (21, True), "noon": (12, True), "midnight": (0, False), "midday": (12, True),
}  # fmt: skip
_WEEKDAYS = {
    **{c: i for i, c in enumerate("一二三四五六日")}, "天": 6, "末": 5,
    **{n: i for i, n in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))},
}  # fmt: skip
_ZH_DAY = (
    r"(?:(?P<zh_year>\d{4}) ?年 ?)?(?P<zh_month>\d{1,2}|[一二三四五六七八九十]{1,2}) ?月(?:份)? ?(?P<zh_day>\d{1,2}|[一二三四五六七八九十]{1,3})(?! ?月|,\d)(?: ?[日号])?"
    r"|(?P<iso>\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?![\d.]*\.\d))|(?:(?P<zh_dom_which>[上下]个?|本|这个?)月 ?)?(?P<zh_dom>\d{1,2}|[二三]?十[一二三四五六七八九]?)[号日](?!线|楼|机|端|志|口|服)"
    r"|(?P<zh_which>上个?|下个?|这个?|本)?(?:周|星期|礼拜)(?P<zh_weekday>[一二三四五六日天末])"
    r"|(?P<zh_word>大前天|前天|昨天|昨[日儿]|今天|今[日儿]|当天|明天|明[日儿]|大后天|后天|[今昨明](?=早|晚|夜))"
)
_EN_MONTHS = r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
_EN_DAY = (
    r"\b(?P<en_word>the day before yesterday|the day after tomorrow|the night before last|today|tomorrow|tmrw?|yesterday|tonight|last night|this (?:morning|afternoon|evening))(?=s?\b)"
    r"|\b(?:on |this )?(?P<en_which>next |last |coming |this )?(?P<en_weekday>mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b"
    rf"|\b(?P<en_month>{_EN_MONTHS})\.? (?P<en_day>\d{{1,2}})(?:st|nd|rd|th)?\b|\b(?P<en_day2>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<en_month2>{_EN_MONTHS})\b"
)
_ZH_PART = r"(?P<zh_part>凌晨|清晨|早上|早晨|上午|中午|下午|午后|傍晚|正午|晌午|晚上|晚间|夜里|夜间|半夜|深夜|早|晚|夜)"
_CLOCK = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::\d{2})?(?: ?(?P<ampm1>[ap]\.?m\.?))?(?!\d|:\d)"
    r"|(?P<zh_hour>\d{1,2}|[零一二两三四五六七八九十]{1,3})(?: ?点钟?|时(?!候|间|长|段|不|延)|(?=[-~到至]\d{1,2} ?点))(?:(?P<zh_half>半)|(?P<zh_quarter>[一三]刻)|(?P<zh_minute>\d{1,2}|[零一二三四五六七八九十]{1,3})分?(?!钟))?"
    r"|(?P<en_hour>\d{1,2})(?: ?(?P<ampm2>[ap]\.?m\b\.?|o'?clock)|(?= ?(?:-|to|and|till|until) ?\d{1,2}(?::\d\d)? ?[ap]\.?m\b)|(?=(?: (?:to|and|till|until) \d{1,2})? (?:in the|this) (?:morning|afternoon|evening)))|(?P<en_point>noon|midnight|midday)\b"
)
_POINT = re.compile(
    rf"(?:(?<![A-Za-z0-9.])|(?<=[A-Za-z0-9])(?=[今昨明后前上下本这周星凌早下晚半]))(?:(?P<day>{_ZH_DAY}|{_EN_DAY})(?:的|[T ,，])? ?)?(?:in the |at )?(?P<part>{_ZH_PART}|(?:\b(?P<en_part>morning|afternoon|evening|night)\b))?(?: at |[ ,，])? ?(?P<clock>{_CLOCK})?",
    re.I,
)
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LAST_PERIOD = re.compile(
    r"(?P<zh>上个?|这个?|本|下个?)(?P<zh_unit>月(?!\d)|周(?![一二三四五六日天末])|星期(?![一二三四五六日天])|年)|\b(?P<en>last|this|next) (?P<en_unit>week|month|year)\b|(?P<year>去年|前年|今年|明年)(?:[年]?[底初末])?|(?<!\d)(?P<month>1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九]) ?月(?:份|底|初)?(?!\d)",
    re.I,
)


# "三四个小时" is three or four, and read as three.
_ABOUT = re.compile(r"[一二两三四五六七八九]{2}")


def _length(match: re.Match[str]) -> tuple[float, str] | None:
    unit = next((name for name in _UNIT_SECONDS if match[name]), None)
    if unit is None:
        return None
    if match["half"]:
        count = 0.5
    else:
        number = match["number"].lower()
        try:
            whole = number[0] if _ABOUT.fullmatch(number) else number.removesuffix(" and a half")
            count = (_VAGUE[number] if number in _VAGUE else parse(whole)) + (0.5 if number.endswith("half") else 0)
        except ValueError:
            return None
    return count + (0.5 if match["plus"] or match["and_half"] else 0), unit


def _midnight(now: Clock) -> datetime:
    """The beginning of the customer's day."""
    return now().replace(hour=0, minute=0, second=0, microsecond=0)


def _iso(moment: datetime, grain: str) -> str:
    return (
        moment.replace(microsecond=0).isoformat()
        if grain == "second"
        else moment.replace(second=0, microsecond=0).isoformat()
    )


def _relative(text: str, now: Clock) -> Iterator[Entity]:
    for match in _RELATIVE.finditer(text):
        length = _vague_length(match[0]) if match["vague"] else _length(match)
        if length is None:
            continue
        sign = -1 if re.search(r"前|ago|earlier", match["direction"]) else 1
        moment = now() + sign * timedelta(seconds=length[0] * _UNIT_SECONDS[length[1]])
        yield Entity("time", _iso(moment, length[1]), *match.span(), {"grain": length[1]}, 59)


def _vague_length(text: str) -> tuple[float, str]:
    """ "几天前", "a few days ago": three of the unit."""
    return 3, next(name for name, pattern in _UNITS if re.search(pattern, text, re.I))


def _compact_durations(text: str) -> Iterator[Entity]:
    """ "1h20m"."""
    for match in _COMPACT.finditer(text):
        seconds = int(match["hours"]) * 3600 + int(match["minutes"]) * 60
        yield Entity("duration", seconds, *match.span(), {"count": str(seconds // 60), "unit": "minute"}, 54)


def _fixed(text: str, now: Clock) -> Iterator[Entity]:
    """ "A fortnight", "a quarter of an hour ago"."""
    for match in _FIXED.finditer(text):
        unit, count = ("week", 2) if match["week"] else ("minute", 45 if match["three"] else 15)
        seconds = count * _UNIT_SECONDS[unit]
        if match["ago"]:
            yield Entity("time", _iso(now() - timedelta(seconds=seconds), unit), *match.span(), {"grain": unit}, 60)
        else:
            yield Entity("duration", seconds, *match.span(), {"count": str(count), "unit": unit}, 54)


def _durations(text: str) -> Iterator[Entity]:
    earlier: Entity | None = None
    for match in _DURATION.finditer(text):
        length = _length(match)
        if length is None or _is_no_length(text, match, length[1]):
            continue
        count, unit = length
        if unit == "year" and count % 1:
            count, unit = count * 12, "month"
        seconds = int(count * _UNIT_SECONDS[unit])
        found = Entity("duration", seconds, *match.span(), {"count": str(plain(count)), "unit": unit}, 52)
        if earlier is not None and _continues(text, earlier, found):
            total = int(earlier.value) + seconds
            details = {"count": str(plain(total / _UNIT_SECONDS[unit])), "unit": unit}
            found = Entity("duration", total, earlier.start, found.end, details, 53)
        elif earlier is not None:
            yield earlier
        earlier = found
    if earlier is not None:
        yield earlier


def _is_no_length(text: str, match: re.Match[str], unit: str) -> bool:
    """ "半天" is a figure of speech for a long while; "twice a month" is a rate."""
    figurative = (match["half"] is not None and unit == "day" and match[0].startswith("半")) or _is_phrase(text, match)
    rate = re.match(r"an? ", match[0], re.I) is not None and _RATE.search(before(text, match.start())) is not None
    return figurative or rate


def _is_phrase(text: str, match: re.Match[str]) -> bool:
    """ "十分感谢", "百分之五", "wait a second", "2026年": no length."""
    if match[0] in ("十分", "百分", "万分", "千万分"):
        return True
    if re.fullmatch(r"a (?:second|sec|minute|min)", match[0], re.I):
        return (
            re.search(
                r"\b(?:wait|just|hang on|hold on|hold|got|have|take|one|give (?:me|us)) $|^$",
                before(text, match.start()),
                re.I,
            )
            is not None
        )
    return re.fullmatch(r"(?:19|20)\d\d ?年", match[0]) is not None


def _continues(text: str, first: Entity, second: Entity) -> bool:
    """ "1小时20分钟", "an hour and ten minutes": one length in a larger and a smaller unit."""
    smaller = _UNIT_SECONDS[first.details["unit"]] > _UNIT_SECONDS[second.details["unit"]]
    return smaller and re.fullmatch(r"[零又]?| (?:and )?|, ", text[first.end : second.start], re.I) is not None


def _month_number(name: str) -> int:
    return _MONTH_NAMES.index(name.lower()[:3]) + 1


def _month_from(midnight: datetime, which: str | None) -> datetime:
    """The first day of this month, or of the one before ("上") or after it ("下")."""
    months = midnight.year * 12 + midnight.month - 1 + {"上": -1, "下": 1}.get((which or "")[:1], 0)
    return midnight.replace(year=months // 12, month=months % 12 + 1, day=1)


def _date(match: re.Match[str], midnight: datetime) -> datetime | None:
    """The day that a match names, at midnight; ``None`` for an impossible date. ``midnight`` is today's."""
    try:
        if word := match["zh_word"] or match["en_word"]:
            return midnight + timedelta(days=_DAY_WORDS[word.lower()])
        if match["iso"]:
            year, month, day = (int(part) for part in re.split(r"[-/.]", match["iso"]))
            return midnight.replace(year=year, month=month, day=day)
        if match["zh_month"]:
            year = int(match["zh_year"] or midnight.year)
            return midnight.replace(year=year, month=int(parse(match["zh_month"])), day=int(parse(match["zh_day"])))
        if match["zh_dom"]:
            return _month_from(midnight, match["zh_dom_which"]).replace(day=int(parse(match["zh_dom"])))
        if month_name := match["en_month"] or match["en_month2"]:
            return midnight.replace(month=_month_number(month_name), day=int(match["en_day"] or match["en_day2"]))
    except ValueError:
        return None
    return midnight + timedelta(days=_weekday_offset(match, midnight))


def _weekday_offset(match: re.Match[str], today: datetime) -> int:
    if match["zh_weekday"]:
        weeks = {"上": -1, "下": 1}.get((match["zh_which"] or "")[:1], 0)
        return _WEEKDAYS[match["zh_weekday"]] - today.weekday() + 7 * weeks
    ahead = (_WEEKDAYS[match["en_weekday"].lower()[:3]] - today.weekday()) % 7
    which = (match["en_which"] or "").strip().lower()
    return ahead - 7 if which == "last" else ahead or (7 if which == "next" else 0)


def _clock(match: re.Match[str]) -> tuple[int, int, bool] | None:
    """Hour, minute and whether the hour is stated on a 24-hour or am/pm scale."""
    if match["en_point"]:
        return (0 if match["en_point"].lower() == "midnight" else 12), 0, True
    half_day = (match["ampm1"] or match["ampm2"] or "").lower()
    if match["zh_hour"]:
        hour = int(parse(match["zh_hour"]))
        minute = 30 if match["zh_half"] else {"一刻": 15, "三刻": 45}.get(match["zh_quarter"] or "", 0)
        minute = int(parse(match["zh_minute"])) if match["zh_minute"] else minute
    else:
        hour, minute = int(match["hour"] or match["en_hour"]), int(match["minute"] or 0)
    if half_day.startswith("p") and hour < 12:
        hour += 12
    elif half_day.startswith("a") and hour == 12:
        hour = 0
    return (hour, minute, half_day[:1] in ("a", "p")) if hour <= 24 and minute < 60 else None


def _points(text: str, now: Clock) -> Iterator[Entity]:
    for match in _POINT.finditer(text):
        if not (match["day"] or match["clock"] or match["part"]):
            continue
        part = (match["zh_part"] or match["en_part"] or "").lower()
        word = (match["en_word"] or "").lower()
        part = part or next((name for name in ("morning", "afternoon", "evening", "night") if name in word), "")
        if (
            not match["day"]
            and not match["clock"]
            and part in ("早", "晚", "夜", "night", "morning", "evening", "afternoon")
        ):
            continue
        day = _date(match, _midnight(now)) if match["day"] else _midnight(now)
        clock = _clock(match) if match["clock"] else None
        if day is None or (match["clock"] and clock is None) or _is_a_bit(text, match, part):
            continue
        moment, grain = _moment(day, part, clock, dated=bool(match["day"]))
        span = _trimmed(text, *match.span())
        yield Entity("time", _iso(moment, grain), *span, {"grain": grain}, 60 if match["day"] or match["clock"] else 45)


def _is_a_bit(text: str, match: re.Match[str], part: str) -> bool:
    """ "调高一点": a bit, not one o'clock."""
    alone = match["zh_hour"] == "一" and match["clock"].endswith("点") and not match["day"] and part in ("", "早", "晚")
    return alone and re.match(r"左右|多|整|之?以?[前后]|到|开始|钟", text[match.end() :]) is None


def _moment(day: datetime, part: str, clock: tuple[int, int, bool] | None, *, dated: bool) -> tuple[datetime, str]:
    if clock is None:
        return (day + timedelta(hours=_PARTS[part][0]), "part") if part else (day, "day")
    hour, minute, stated = clock
    if not stated and part and part[0] in "晚夜深" and (hour < 5 or hour in (12, 24)):
        # "晚上十二点", "昨晚两点": after the midnight that follows; "夜里三点" of no day is today's.
        day, hour, part = day + timedelta(days=dated or hour % 12 == 0), hour % 12, ""
    if part and _PARTS[part][1] and hour < 12 and not stated:
        hour += 12
    if part == "中午" and hour > 20:
        hour -= 12
    return day + timedelta(hours=hour, minutes=minute), "minute" if minute else "hour"


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    left = len(piece) - len(re.sub(r"^(?:[ ,，]|at |in the |on )+", "", piece, flags=re.I))
    return start + left, start + len(re.sub(r"(?:[ ,，的T]| at| in the)+$", "", piece))


def _periods(text: str, now: Clock) -> Iterator[Entity]:
    for match in _LAST_PERIOD.finditer(text):
        midnight = _midnight(now)
        if match["month"]:
            month = midnight.replace(month=int(parse(match["month"])), day=1)
            yield Entity("time", _iso(month, "day"), *match.span(), {"grain": "month"}, 47)
            continue
        if match["year"]:
            step, unit = {"去年": -1, "前年": -2, "今年": 0, "明年": 1}[match["year"]], "year"
        else:
            step = {"上": -1, "下": 1, "la": -1, "ne": 1}.get(
                (match["zh"] or match["en"].lower())[: 1 if match["zh"] else 2], 0
            )
            unit = {"月": "month", "年": "year", "周": "week", "星": "week"}.get(
                (match["zh_unit"] or " ")[0], (match["en_unit"] or "").lower()
            )
        if unit == "week":
            start = midnight - timedelta(days=midnight.weekday()) + timedelta(weeks=step)
        elif unit == "month":
            start = _month_from(midnight, {-1: "上", 1: "下"}.get(step))
        else:
            start = midnight.replace(year=midnight.year + step, month=1, day=1)
        yield Entity("time", _iso(start, "day"), *match.span(), {"grain": unit}, 48)


# Stretches that are named rather than dated, from their first day: pattern and grain.
_STRETCHES = (
    (re.compile(r"(?:这个?|本|上个?|下个?)?月[底末初](?!\d)|(?<![\d一二三四五六七八九十个])月中(?!\d)", re.I), "month"),
    (re.compile(r"(?:上个?|这个?|本|下个?)季度|第?[一二三四1-4]季度|\bQ[1-4]\b|\b(?:last|this|next|first|second|third|fourth) quarter\b", re.I | re.ASCII), "quarter"),
    (re.compile(r"[上下]半年|(?<!半)年[底初末](?!\d)|\b(?:the )?end of (?:the |this |next )?(?:week|month|quarter|year)\b|\b(?:month|quarter|year)[- ]end\b(?! (?:closing|close|batch|reports?|reporting|run|jobs?|rush|payroll|settlement|accounts|bonus))", re.I | re.ASCII), "year"),
    (re.compile(r"上周末|下周末|这周末|本周末|周末|\b(?<!good )(?<!nice )(?<!great )(?<!lovely )(?:this |last |next |the |over the )?weekends?(?: night| morning)?\b", re.I | re.ASCII), "weekend"),
    (re.compile(r"前[天]?[晚早](?!期|餐|饭)上?|(?<![\d一])(?:当晚|次日|隔天|第二天(?:早上|上午|晚上)?)|\b(?:EOD|end of (?:the |business )?day|close of business)\b", re.I | re.ASCII), "part"),
    (re.compile(r"春节|除夕|元旦|元宵节?|清明节?|端午节?|中秋节?|国庆节?|劳动节|圣诞节?|双(?:十[一二]|1[12])(?!\d)|(?<!a )\b(?:chinese |lunar )?new year(?:'s)?(?: eve| day)?\b|\b(?:spring festival|christmas(?: eve| day)?|black friday|thanksgiving|easter|national day)\b", re.I | re.ASCII), "holiday"),
)  # fmt: skip
_HOUR_WORD = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|1[0-2]|[1-9])"
_SPOKEN_CLOCK = re.compile(
    rf"\b(?:(?:a )?quarter|half|five|ten|twenty) (?:past|to) {_HOUR_WORD}\b|\bhalf {_HOUR_WORD}\b(?= (?:last|this|yesterday|tonight|tomorrow|in the|on (?:mon|tue|wed|thu|fri|sat|sun))|[,.;!?]|$)|\b{_HOUR_WORD}(?= o'?clock\b)"
    rf"|\b(?:at|around|by|before|until|till) (?:about )?{_HOUR_WORD}(?= ?(?:$|[,.;!?]| (?:tonight|tomorrow|today|yesterday|sharp|on (?:mon|tue|wed|thu|fri|sat|sun))))",
    re.I | re.ASCII,
)
# "Capped at 5" is no hour.
_LEVEL = re.compile(
    r"\b(?:throttled|capped|limited|stuck|maxed(?: out)?|pegged|stays|sits|set|kept|fails?|errors?) $", re.I
)
_MONTH_WORD = re.compile(
    r"\b(?:(?:early|late|mid|since|in|for|from|until|till|of|last|next|this|our|my|the|and|to|between)[ -])?(?P<name>(?-i:(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May(?! (?:I|we|be)\b)|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b)|(?:january|february|april|june|july|august|september|october|november|december)\b)(?:'s)?(?:,? (?P<year>20\d\d)\b)?",
    re.I | re.ASCII,
)
_YEAR = re.compile(
    r"(?<!\d)(?P<zh>20[0-4]\d) ?年(?:度)?(?! ?\d{1,2} ?月)|\b(?:in|since|of|for|from|year) (?:\d{1,2}/)?(?P<en>20[123]\d)\b(?! ?(?:[kmg]b\b|users|people|requests|connections|instances|yuan|rmb|%|/|\.\d))",
    re.I | re.ASCII,
)
# "The 30th" goes on with an hour, a preposition or nothing; "the 2nd server" goes on with a noun.
_DAY_OF_MONTH = re.compile(
    r"\b(?:the )?(?P<day>[0-3]?\d)(?:st|nd|rd|th)(?: of (?:this|next|last|the) month)?\b"
    r"(?![- ](?!of\b|at\b|to\b|and\b|or\b|in\b|if\b|is\b|from\b|between\b|around\b|by\b|but\b|when\b|because\b|please\b|pls\b|morning|night|evening|afternoon|noon|midnight|\d)[A-Za-z])",
    re.I | re.ASCII,
)
# "Since the 3rd nobody can log in": behind these words it is a day, whatever follows that is no noun of its own.
_DAY_SINCE = re.compile(
    r"\b(?:since|by|until|till|on) (?P<span>the (?P<day>[0-3]?\d)(?:st|nd|rd|th))"
    r"(?= (?:has|have|had|was|were|we|i|it|our|my|nobody|nothing|no|everything|everyone|all|they|you|the|this|some|each|every)\b)",
    re.I | re.ASCII,
)


def _spoken_clock(words: str, midnight: datetime) -> datetime:
    """ "half past ten", "at eleven": the hour as said, without guessing the half of the day."""
    hour = int(parse(words.split()[-1]))
    minutes = {"quarter": 15, "half": 30, "five": 5, "ten": 10, "twenty": 20}.get(words.lower().split()[-3:][0], 0)
    sign = -1 if " to " in words else 1
    return midnight + timedelta(hours=hour, minutes=sign * minutes)


def _stretches(text: str, now: Clock) -> Iterator[Entity]:
    for pattern, grain in _STRETCHES:
        for match in pattern.finditer(text):
            yield Entity("time", _iso(_midnight(now), "day"), *match.span(), {"grain": grain}, 46)
    for match in _SPOKEN_CLOCK.finditer(text):
        if _LEVEL.search(before(text, match.start())):
            continue
        yield Entity(
            "time", _iso(_spoken_clock(match[0], _midnight(now)), "hour"), *match.span(), {"grain": "hour"}, 46
        )
    for match in _MONTH_WORD.finditer(text):
        midnight = _midnight(now)
        month = midnight.replace(year=int(match["year"] or midnight.year), month=_month_number(match["name"]), day=1)
        yield Entity("time", _iso(month, "day"), match.start("name"), match.end(), {"grain": "month"}, 46)
    for match in _YEAR.finditer(text):
        year = _midnight(now).replace(year=int(match["zh"] or match["en"]), month=1, day=1)
        start = match.start() if match["zh"] else match.start("en")
        yield Entity("time", _iso(year, "day"), start, match.end(), {"grain": "year"}, 46)
    for pattern, named in ((_DAY_OF_MONTH, 0), (_DAY_SINCE, "span")):
        for match in pattern.finditer(text):
            if 0 < int(match["day"]) <= 31:
                day = _midnight(now).replace(day=1) + timedelta(days=int(match["day"]) - 1)
                yield Entity("time", _iso(day, "day"), *match.span(named), {"grain": "day"}, 46)


def find_times(text: str, now: Clock) -> list[Entity]:
    """Every point in time, window and duration, possibly overlapping.

    ``now`` is asked only when the text names a time; its answer must carry a time zone.
    """
    points = [*_relative(text, now), *_points(text, now), *_periods(text, now), *_stretches(text, now)]
    return [
        *with_windows(text, without_overlaps(points)),
        *_fixed(text, now),
        *_compact_durations(text),
        *_durations(text),
    ]
