"""Several requests in one message: possible clauses before classification, accepted ones after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rasa.shared.nlu.training_data.message import Message

from bot.nlu.cues import (
    NAMES,
    Piece,
    asks_for,
    asks_something,
    is_bare,
    is_fine,
    refuses,
    sets_beside,
    split_at_seams,
    without_names,
)
from bot.nlu.entities import Entity, identifiers
from bot.nlu.extractor import findings_of
from bot.nlu.features import feature_text
from bot.nlu.intent_model import Prediction
from bot.nlu.normalizer import utterance_of
from bot.nlu.utterance import normalise

Reading = tuple["Clause", str, float]

CLAUSE_CANDIDATES = "clause_candidates"
# How surely both sides of a seam must be read: less where the customer says that a further matter follows.
_SURE = {"another": 0.5, "then": 0.5, "otherwise": 0.5, "and": 0.6, "pause": 0.75}
# Longer messages are reports or pasted logs, not lists of requests (characters).
_MAX_LENGTH = 240

_TROUBLES_BY_PRODUCT = {
    "compute": ("instance_down", "instance_connect", "instance_slow", "disk_full", "network_slow", "ddos_attack"),
    "balancer": ("load_balancer_unhealthy",),
    "storage": ("bos_access_denied",),
    "cdn": ("cdn_error",),
    "database": ("rds_connection",),
    "certificate": ("ssl_expiry",),
    "live": ("live_stutter",),
    "ai": ("ai_quota",),
}
_PRODUCT_OF = {trouble: product for product, troubles in _TROUBLES_BY_PRODUCT.items() for trouble in troubles}
TROUBLES = frozenset(_PRODUCT_OF)
REQUESTS = frozenset(
    (
        "instance_power", "password_reset", "resize_instance", "resize_bandwidth", "open_port", "snapshot_restore",
        "cdn_refresh", "maintenance_event", "list_resources", "instance_info", "arrears", "billing_question", "refund",
        "invoice", "renewal", "icp_filing", "talk_to_human", "ticket_create", "ticket_status", "tam_contact",
        "incident_status", "storage_advice", "how_to", "complaint",
    )
)  # fmt: skip
# What is told as the circumstances of a request as often as it is asked for: a request only where it is worded as one.
_CIRCUMSTANCES = frozenset(
    ["maintenance_event", "arrears", "incident_status", "billing_question", "complaint", "how_to"]
)
# What a trouble is not helped by: beside a trouble it is a matter of its own. Everything else may be its remedy.
_NO_REMEDY = frozenset(("talk_to_human", "tam_contact", "billing_question", "invoice", "ticket_status", "icp_filing"))
# Replies that may stand before a request or a question ("skip that, and what do I owe?").
_REPLIES = frozenset(["affirm", "deny", "cancel", "skip", "change_language", "resolved"])
# After a no these change the value that was refused (conversation.md, row 22): one move.
_CORRECTIONS = frozenset(
    ("instance_power", "resize_instance", "resize_bandwidth", "open_port", "snapshot_restore", "renewal",
     "maintenance_event", "cdn_refresh", "password_reset", "refund")
)  # fmt: skip
# Two names of one wish.
_SAME = (
    {"complaint", "talk_to_human"}, {"tam_contact", "talk_to_human"}, {"resize_bandwidth", "resize_instance"},
    {"open_port", "instance_power"},
)  # fmt: skip
# A refusal is read by its words, as surely as a model can be.
_REFUSED = 0.9


@dataclass(frozen=True)
class Clause:
    """A possible single request: its span in the normalised text, its entities (message positions), its features.

    ``seam`` is the kind of seam before it (``bot.nlu.cues.SEAMS``), ``words`` its text without the things it names,
    ``bare`` that it names things and says nothing of them.
    """

    start: int
    end: int
    text: str
    entities: list[Entity]
    features: str
    seam: str = ""
    words: str = ""
    bare: bool = False


@dataclass(frozen=True)
class _Read:
    clause: Clause
    intent: str
    confidence: float


def clauses_of(message: Message) -> list[Clause]:
    """The possible clauses of a message; none when it cannot hold several requests."""
    known = message.get(CLAUSE_CANDIDATES)
    if isinstance(known, list):
        return known
    found = split(utterance_of(message).text, findings_of(message))
    message.set(CLAUSE_CANDIDATES, found)
    return found


def split(text: str, entities: list[Entity]) -> list[Clause]:
    """The possible clauses of a normalised text with these entities: none, or two to four."""
    if len(text) > _MAX_LENGTH:
        return []
    pieces = split_at_seams(text, entities)
    return [_clause(text, piece, entities) for piece in pieces] if len(pieces) > 1 else []


def _clause(text: str, piece: Piece, entities: list[Entity]) -> Clause:
    inside = [entity for entity in entities if piece.start <= entity.start and entity.end <= piece.end]
    said = text[piece.start : piece.end]
    features = feature_text(normalise(said), identifiers(said))
    words = without_names(text, piece.start, piece.end, entities)
    bare = is_bare(text, piece.start, piece.end, entities)
    return Clause(piece.start, piece.end, said, inside, features, piece.seam, words, bare)


def may_stand_apart(clauses: Sequence[Clause], known: Sequence[Prediction | None]) -> bool:
    """Whether some clauses may be requests of their own, as far as they have been read (``None``: not yet).

    ``accepted`` finds nothing where this is false, whatever the other readings are.
    """
    reads = [_read(clause, reading) if reading else None for clause, reading in zip(clauses, known, strict=True)]
    if not any(_may_follow(clause, read) for clause, read in zip(clauses[1:], reads[1:], strict=True)):
        return False
    return len(clauses) > 2 or _may_lead(clauses[0], reads[0], clauses[1].seam)


def accepted(text: str, clauses: Sequence[Clause], predictions: Sequence[Prediction]) -> list[Reading]:
    """The clauses that are requests of their own with intent and confidence, or nothing.

    Pieces that do not stand apart join the one before them. Symptoms are one problem, and a problem with its remedy
    is one request, unless the customer says that a further matter follows; greetings and thanks are no requests; a
    value with a request is one request, a value with a question is two; a no with a new value is a correction.
    """
    groups: list[_Read] = []
    for clause, prediction in zip(clauses, predictions, strict=True):
        read = _read(clause, prediction)
        if groups and not _stand_apart(groups[-1], read):
            groups[-1] = _joined(text, groups[-1], read)
        else:
            groups.append(read)
    return [(one.clause, one.intent, one.confidence) for one in groups] if len(groups) > 1 else []


def _read(clause: Clause, prediction: Prediction) -> _Read:
    intent, confidence = prediction.ranking[0][0], prediction.confidence
    if clause.bare:
        return _Read(clause, "inform", confidence)
    names_act = any(entity.kind == "operation" for entity in clause.entities)
    refusable = intent in REQUESTS | {"deny"} or (intent == "cancel" and names_act)
    if refusable and refuses(clause.text) and not asks_something(clause.text):
        return _Read(clause, "deny", max(confidence, _REFUSED))
    return _Read(clause, intent, confidence)


def _joined(text: str, first: _Read, second: _Read) -> _Read:
    """One clause of both, named by the reply that it begins with, or by what is asked or told most surely."""
    start, end = first.clause.start, second.clause.end
    entities = first.clause.entities + second.clause.entities
    words = f"{first.clause.words} {second.clause.words}"
    clause = replace(first.clause, end=end, text=text[start:end], entities=entities, words=words, bare=False)
    served = [read for read in (first, second) if read.intent in TROUBLES | REQUESTS]
    leading = first if first.intent in _REPLIES else max(served or [first], key=lambda read: read.confidence)
    return _Read(clause, leading.intent, leading.confidence)


def _may_follow(clause: Clause, read: _Read | None) -> bool:
    """Whether a clause may stand apart from the one before it; necessary for ``_stand_apart``."""
    if clause.bare or read is None:
        return not clause.bare
    return read.confidence >= _SURE[clause.seam] and read.intent in TROUBLES | REQUESTS | {"explain_why"}


def _may_lead(clause: Clause, read: _Read | None, seam: str) -> bool:
    """Whether the first clause may stand apart from one behind such a seam; necessary for ``_stand_apart``."""
    if clause.bare or read is None:
        return True
    return read.confidence >= _SURE[seam] and read.intent in TROUBLES | REQUESTS | _REPLIES


def _stand_apart(first: _Read, second: _Read) -> bool:
    """Whether two neighbours are matters of their own."""
    seam = second.clause.seam
    if second.confidence < _SURE[seam] or (first.confidence < _SURE[seam] and not first.clause.bare):
        return False
    if first.clause.bare:
        return asks_something(second.clause.text) and second.intent in REQUESTS
    if first.intent in _REPLIES:
        return _follows_reply(first.intent, second)
    if first.intent not in TROUBLES | REQUESTS or second.intent not in TROUBLES | REQUESTS:
        return False
    if first.intent == second.intent:
        return first.intent == "instance_power" and _is_another_machine(first.clause, second.clause)
    if seam == "another":
        return True
    if first.intent in TROUBLES:
        return _follows_trouble(first, second)
    weak = seam in ("and", "pause")
    if weak and {first.intent, second.intent} in _SAME:
        return False
    if second.intent in TROUBLES:
        return seam != "pause" and _wants(first.clause)
    return all(_wants(read.clause) for read in (first, second) if weak or read.intent in _CIRCUMSTANCES)


def _follows_reply(reply: str, second: _Read) -> bool:
    """Whether what stands beside a reply is more than its reason, its value or its object.

    A yes with a question about what is agreed to is no clear yes (conversation.md, row 21): it stays one. So does a
    yes that names the act ("yes, restart it"), but for "go ahead and restart it", where the yes stands for itself.
    """
    if reply == "skip" and second.intent == "explain_why":
        return True
    if second.intent not in REQUESTS or not _wants(second.clause):
        return False
    if reply == "affirm" and second.clause.seam != "another":
        agreed = second.intent == "instance_power" and second.clause.seam != "and"
        return not agreed and not asks_something(second.clause.text)
    return reply not in ("deny", "cancel", "skip") or second.intent not in _CORRECTIONS


def _follows_trouble(trouble: _Read, second: _Read) -> bool:
    clause = second.clause
    if second.intent in TROUBLES:
        other_product = _PRODUCT_OF[trouble.intent] != _PRODUCT_OF[second.intent]
        return other_product and sets_beside(clause.text) and not is_fine(clause.text)
    if second.intent == "incident_status":
        return any(entity.kind == "region" for entity in clause.entities)
    return clause.seam not in ("and", "pause") or (second.intent in _NO_REMEDY and _wants(clause))


def _wants(clause: Clause) -> bool:
    """Whether the words of a clause, without the things it names, ask for something."""
    return asks_for(clause.words) or sets_beside(clause.words)


def _is_another_machine(first: Clause, second: Clause) -> bool:
    """Whether both name a machine of their own and an act on it."""
    named = [{e.value for e in clause.entities if e.kind in NAMES} for clause in (first, second)]
    acts = all(any(e.kind == "operation" for e in clause.entities) for clause in (first, second))
    return acts and all(named) and not named[0] & named[1]
