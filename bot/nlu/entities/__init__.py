"""Rule entity recognition: one module per family of entities, all over the normalised text.

``extract`` is the door; the tokenizer additionally reads ``protected_spans``.
"""

from __future__ import annotations

from bot.nlu.entities.lexicon import find_terms
from bot.nlu.entities.model import Entity, without_overlaps
from bot.nlu.entities.operations import find_operations
from bot.nlu.entities.quantities import find_quantities
from bot.nlu.entities.references import find_references
from bot.nlu.entities.shapes import find_shapes, protected_spans
from bot.nlu.entities.times import Clock, find_times

__all__ = ["Entity", "extract", "identifiers", "protected_spans"]


def identifiers(text: str) -> list[Entity]:
    """Only what is recognised by shape (IDs, addresses, error codes): cheap, and independent of the time."""
    return without_overlaps(find_shapes(text))


def extract(text: str, now: Clock) -> list[Entity]:
    """All entities of a normalised text, in reading order, without overlaps.

    ``now`` tells the time in the customer's zone, from which relative times count; asked only when the text names one.
    """
    shapes = find_shapes(text)
    words = [*find_terms(text), *find_operations(text)]
    others = [*find_quantities(text), *find_times(text, now), *find_references(text, shapes)]
    return without_overlaps([*shapes, *words, *others])
