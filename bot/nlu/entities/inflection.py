"""The forms of English verbs, by rule: "stop" is also "stops", "stopped", "stopping", and as some type it "stoped"."""

from __future__ import annotations

import re

_IRREGULAR = {
    "cut": ("cut", "cuts", "cutting"),
    "put": ("put", "puts", "putting"),
    "reset": ("reset", "resets", "resetting", "reseted"),
    "shrink": ("shrink", "shrinks", "shrinking", "shrank", "shrunk"),
    "rebuild": ("rebuild", "rebuilds", "rebuilding", "rebuilt"),
    "bind": ("bind", "binds", "binding", "bound"),
    "unbind": ("unbind", "unbinds", "unbinding", "unbound"),
}
_DOUBLING = re.compile(r"[^aeiou][aeiou][bdgmnpt]$")


def forms_of(verb: str) -> set[str]:
    """Every form of a verb; of several words the first or the last is the verb ("back up", "power cycle")."""
    first, _, rest = verb.partition(" ")
    if not rest:
        return _word_forms(verb)
    start, _, last = verb.rpartition(" ")
    return {f"{form} {rest}" for form in _word_forms(first)} | {f"{start} {form}" for form in _word_forms(last)}


def _word_forms(word: str) -> set[str]:
    if word in _IRREGULAR:
        return set(_IRREGULAR[word])
    stem = word[:-1] if word.endswith("e") else word
    forms = {word, f"{word}es" if word.endswith(("s", "sh", "ch", "x")) else f"{word}s", f"{stem}ed", f"{stem}ing"}
    if _DOUBLING.search(word):
        forms |= {f"{word}{word[-1]}ed", f"{word}{word[-1]}ing"}
    return forms
