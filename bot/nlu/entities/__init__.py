"""Rule entity recognition: one module per family of entities, all over the normalised text.

``extract`` is the door; the tokenizer additionally reads ``protected_spans``.
"""

from bot.nlu.entities.model import Entity, without_overlaps
from bot.nlu.entities.shapes import find_shapes, protected_spans

__all__ = ["Entity", "extract", "protected_spans"]


def extract(text: str) -> list[Entity]:
    """All entities of a normalised text, in reading order, without overlaps."""
    return without_overlaps(find_shapes(text))
