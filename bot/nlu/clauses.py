"""Several requests in one message: possible clauses before classification, accepted ones after it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rasa.shared.nlu.training_data.message import Message

from bot.nlu.cues import asks_something, has_strong_seam, split_at_seams
from bot.nlu.entities import Entity, identifiers
from bot.nlu.extractor import findings_of
from bot.nlu.features import feature_text
from bot.nlu.intent_model import Prediction
from bot.nlu.normalizer import utterance_of
from bot.nlu.utterance import normalise

Reading = tuple["Clause", str, float]

CLAUSE_CANDIDATES = "clause_candidates"
_WORDS = re.compile(r"[A-Za-z]{3,}|[\u4e00-\u9fff]{3,}")
# A clause must be read at least this surely, or the message is one request (validation: the largest value that
# keeps single requests whole).
_MIN_CONFIDENCE = 0.5
# Longer messages are reports or pasted logs, not lists of requests (characters).
_MAX_LENGTH = 240

TROUBLES = frozenset(
    (
        "instance_down", "instance_connect", "instance_slow", "disk_full", "network_slow", "ddos_attack",
        "load_balancer_unhealthy", "bos_access_denied", "cdn_error", "rds_connection", "ssl_expiry", "live_stutter",
        "ai_quota",
    )
)  # fmt: skip
REQUESTS = frozenset(
    (
        "instance_power", "password_reset", "resize_instance", "resize_bandwidth", "open_port", "snapshot_restore",
        "cdn_refresh", "maintenance_event", "list_resources", "instance_info", "arrears", "billing_question", "refund",
        "invoice", "renewal", "icp_filing", "talk_to_human", "ticket_create", "ticket_status", "tam_contact",
        "incident_status", "storage_advice", "how_to",
    )
)  # fmt: skip
# Replies that may stand beside a request or a question ("yes, and will I lose data?").
REPLIES = frozenset(["inform", "affirm", "deny", "cancel", "correct", "skip"])


@dataclass(frozen=True)
class Clause:
    """A possible single request: its span in the normalised text, its entities (message positions), its features."""

    start: int
    end: int
    text: str
    entities: list[Entity]
    features: str


def clauses_of(message: Message) -> list[Clause]:
    """The possible clauses of a message; none when it cannot hold several requests."""
    known = message.get(CLAUSE_CANDIDATES)
    if isinstance(known, list):
        return known
    found = _split(message)
    message.set(CLAUSE_CANDIDATES, found)
    return found


def _split(message: Message) -> list[Clause]:
    text, entities = utterance_of(message).text, findings_of(message)
    if len(text) > _MAX_LENGTH:
        return []
    spans = split_at_seams(text, entities)
    if len(spans) < 2:
        return []
    clauses = []
    for start, end in spans:
        inside = [entity for entity in entities if start <= entity.start and entity.end <= end]
        piece = text[start:end]
        clauses.append(Clause(start, end, piece, inside, feature_text(normalise(piece), identifiers(piece))))
    return clauses


def accepted(text: str, clauses: Sequence[Clause], predictions: Sequence[Prediction]) -> list[Reading]:
    """The clauses that are requests of their own with intent and confidence, or nothing.

    Symptoms are one problem unless the customer says that a further matter follows; greetings and thanks are no
    requests; a value with a request is one request, a value with a question is two.
    """
    read: list[Reading] = []
    for clause, prediction in zip(clauses, predictions, strict=True):
        intent = prediction.ranking[0][0]
        sure = prediction.confidence >= _MIN_CONFIDENCE
        if sure and (intent in TROUBLES | REQUESTS or (intent in REPLIES and _is_reply(clause, intent))):
            read.append((clause, intent, prediction.confidence))
        elif intent in TROUBLES | REQUESTS and _WORDS.search(clause.text):
            return []
    return read if _are_several(text, read) else []


def _is_reply(clause: Clause, intent: str) -> bool:
    return intent != "inform" or bool(clause.entities)


def _are_several(text: str, read: list[Reading]) -> bool:
    intents = {intent for _, intent, _ in read}
    requests = [clause for clause, intent, _ in read if intent not in REPLIES]
    if len(intents) < 2 or not requests:
        return False
    if intents <= TROUBLES | {"incident_status"}:
        return has_strong_seam(text)
    return len(requests) > 1 or asks_something(requests[0].text) or "affirm" in intents
