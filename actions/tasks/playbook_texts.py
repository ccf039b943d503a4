"""Whether everything a playbook may make the assistant say exists in both languages and can be filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from actions.tasks.playbook import Need, Playbook, PlaybookError
from actions.tasks.texts import LANGUAGES, Texts, variables

SLOT_PARTS = ("name", "ask", "why", "example", "explain")
REMEDY_PARTS = ("name", "offer", "impact", "cost", "sent", "done", "failed")
LIST_PARTS = ("title", "all", "some", "none", "none_fitting")
# What `Talk.values` adds to facts and slots.
RESOURCE_VARIABLES = frozenset({"resource", "resource.id", "resource.name"})


def needed_texts(book: Playbook) -> Iterator[tuple[str, ...]]:
    """Each text a playbook needs, as the keys it may be found under, the skill's own first."""
    yield (f"intents.{book.skill}",)
    for need in book.needs:
        yield from _slot_texts(book, need)
    if book.handler == "list":
        for part in LIST_PARTS:
            yield (f"{book.skill}.{part}",)
    for finding in book.findings:
        yield (f"{book.skill}.finding.{finding.id}.says",)
    for remedy in book.remedies.values():
        operation = remedy.operation.replace(".", "_")
        for part in REMEDY_PARTS:
            yield (f"{book.skill}.remedy.{remedy.id}.{part}", f"remedies.{operation}.{part}")


def _slot_texts(book: Playbook, need: Need) -> Iterator[tuple[str, ...]]:
    yield (f"slots.{need.slot}.name",)
    if need.optional and not need.ask:
        return
    for part in SLOT_PARTS:
        yield (f"{book.skill}.{part}.{need.slot}", f"slots.{need.slot}.{part}")


def check_texts(book: Playbook, texts: Texts, checks: Mapping[str, Mapping[str, Any]]) -> None:
    """Raise PlaybookError for a missing text, or one with a variable that nothing provides."""
    where = f"{book.skill}.yml"
    for keys in needed_texts(book):
        if not any(texts.has(key) for key in keys):
            raise PlaybookError(where, f"no text {' or '.join(map(repr, keys))} in both {' and '.join(LANGUAGES)}")
    facts = {f"{check.name}.{fact}" for check in book.checks for fact in checks[check.name]}
    given = facts | {f"slot.{need.slot}" for need in book.needs} | RESOURCE_VARIABLES
    params = {name for remedy in book.remedies.values() for name in remedy.params}
    for language in LANGUAGES:
        for key in texts.keys(language):
            if not key.startswith((f"{book.skill}.finding.", f"{book.skill}.nothing_found", f"{book.skill}.remedy.")):
                continue
            template = texts.raw(key, language)
            named = variables(template if isinstance(template, str) else " ".join(template))
            if unknown := named - given - params:
                raise PlaybookError(where, f"text {key!r} ({language}) needs {sorted(unknown)}, which no check gives")
