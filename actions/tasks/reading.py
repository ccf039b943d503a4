"""One utterance as moves: the separate things the customer does with it, in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from actions.tasks import lexicon
from actions.tasks.model import Clause, Entity, Gate, Utterance

# A clause less sure than this is not a request of its own; its entities still count.
SURE_CLAUSE = 0.5
SMALL_TALK = frozenset({"greet", "thank", "goodbye", "chitchat", "bot_challenge"})
# Moves that say something about the task at hand rather than ask for something new.
ANSWERS = frozenset({"inform", "affirm", "deny", "correct"})


@dataclass(frozen=True)
class Move:
    """One thing said. `gate` is the understanding's verdict; a button's move is always sure."""

    intent: str
    text: str
    message_id: str
    confidence: float = 1.0
    entities: tuple[Entity, ...] = ()
    gate: Gate = "answer"
    candidates: tuple[str, ...] = ()
    negated: tuple[str, ...] = ()
    asserted: tuple[str, ...] = ()
    question: bool = False
    payload: bool = False

    def value(self, kind: str) -> str | None:
        """The first value of an entity that was not negated."""
        return next((e.value for e in self.entities if e.kind == kind and e.value not in self.negated), None)

    def values(self, kind: str) -> list[str]:
        return [e.value for e in self.entities if e.kind == kind and e.value not in self.negated]

    @property
    def sure(self) -> bool:
        return self.gate == "answer"


def moves(utterance: Utterance) -> tuple[Move, ...]:
    """The utterance's moves: at least one; small talk beside a request is left out."""
    whole = _whole(utterance)
    if not utterance.payload and (is_wordless(utterance.text) or _names_nothing(utterance)):
        return (_meaningless(whole),)
    clauses = [] if utterance.payload else _merged(utterance.understanding.clauses)
    clauses = [clause for clause in clauses if not lexicon.WAIT.fullmatch(clause.text)]
    if len(clauses) < 2:
        return (whole,)
    loose = _loose(utterance, clauses)
    found = [
        replace(
            whole,
            intent=clause.intent,
            text=clause.text,
            confidence=clause.confidence,
            entities=clause.entities + loose[index],
            gate="answer",
            candidates=(),
            question=whole.question and ("?" in clause.text or "？" in clause.text or index == len(clauses) - 1),
        )
        for index, clause in enumerate(clauses)
    ]
    requests = [move for move in found if move.intent not in SMALL_TALK]
    return tuple(requests or found[:1])


def is_wordless(text: str) -> bool:
    """Signs alone, or what looks like a payload or a command: it has no meaning and no language of its own."""
    return not any(character.isalnum() for character in text) or lexicon.CODED.fullmatch(text) is not None


def _names_nothing(utterance: Utterance) -> bool:
    """Nothing but placeholders ("that thing with the stuff"); one that points at something is an answer."""
    return not utterance.entities and lexicon.PLACEHOLDERS.fullmatch(utterance.text) is not None


def _meaningless(move: Move) -> Move:
    """Whatever the classifier made of it, it answers nothing; where a yes is awaited it is named as an unclear one."""
    intent = "affirm" if move.intent == "affirm" else "nlu_fallback"
    return replace(move, intent=intent, confidence=0.0, entities=(), gate="reject", candidates=(), question=False)


def _loose(utterance: Utterance, clauses: list[Clause]) -> list[tuple[Entity, ...]]:
    """What no clause claims, by clause: where its words stand, else to the first that asks for something."""
    told = {(e.kind, e.value) for clause in clauses for e in clause.entities}
    found: list[tuple[Entity, ...]] = [() for _ in clauses]
    asking = next((i for i, clause in enumerate(clauses) if clause.intent not in ANSWERS), 0)
    for entity in utterance.entities:
        if (entity.kind, entity.value) not in told:
            words = utterance.text[entity.start : entity.end].lower()
            home = next((i for i, clause in enumerate(clauses) if words and words in clause.text.lower()), asking)
            found[home] += (entity,)
    return found


def _verdict(utterance: Utterance) -> Gate:
    """The understanding's verdict, but a plain "leave it" read as a cancel or a no is sure: taking it does no harm."""
    gate = utterance.understanding.gate
    if utterance.intent == "nlu_fallback" and gate == "answer":
        return "reject"
    if utterance.intent in ("cancel", "deny") and lexicon.PLAIN_LEAVE.fullmatch(utterance.text):
        return "answer"
    return gate


def _whole(utterance: Utterance) -> Move:
    about = utterance.understanding
    return Move(
        intent=utterance.intent,
        text=utterance.text,
        message_id=utterance.message_id,
        confidence=utterance.confidence,
        entities=utterance.entities,
        gate=_verdict(utterance),
        candidates=about.candidates,
        negated=about.negated,
        asserted=about.asserted,
        question=about.question,
        payload=utterance.payload,
    )


def _merged(clauses: tuple[Clause, ...]) -> list[Clause]:
    """Clauses that only add facts, repeat the intent before them or are unsure join their neighbour."""
    out: list[Clause] = []
    for clause in clauses:
        joins = out and (
            clause.confidence < SURE_CLAUSE
            or clause.intent == out[-1].intent
            or (clause.intent == "inform" and out[-1].intent not in SMALL_TALK)
        )
        if joins:
            last = out[-1]
            out[-1] = replace(last, text=f"{last.text} {clause.text}", entities=last.entities + clause.entities)
        else:
            out.append(clause)
    return [clause for clause in out if clause.confidence >= SURE_CLAUSE]


def entities_of(values: Mapping[str, str]) -> tuple[Entity, ...]:
    """Remembered values as entities again."""
    return tuple(Entity(kind, value) for kind, value in values.items())
