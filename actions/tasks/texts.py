"""Everything the assistant says, from `data/texts/{zh,en}/*.yml`, filled in by a formatter that only looks names up.

A text's key is its path in the file (`confirm.ask`), in `skills/` behind the skill's name
(`instance_down.finding.guest_hang.says`). Variables are written `{instance.name}`; `{instance.status:status}` shows a
value by its term `terms.status.<value>`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import yaml

from actions.tasks.model import Language

LANGUAGES: tuple[Language, ...] = ("zh", "en")
# The cloud's customers and its console use Beijing time.
LOCAL_TIME = timezone(timedelta(hours=8))
# A full-width bracket brings its own space; the one written after a variable is too many then.
_AFTER_WIDE = re.compile(r"(?<=[）」]) (?! )")
_VARIABLE = re.compile(r"\{([a-z_][a-z0-9_.]*)(?::([a-z_]+))?\}")

Values = Mapping[str, Any]


class TextError(KeyError):
    """A text does not exist, or a variable it needs is not given."""


def variables(template: str) -> frozenset[str]:
    """The names a template needs."""
    return frozenset(match.group(1) for match in _VARIABLE.finditer(template))


def _flatten(prefix: str, node: Any, into: dict[str, str | list[str]]) -> None:
    if isinstance(node, dict):
        for key, value in node.items():
            _flatten(f"{prefix}.{key}", value, into)
    elif isinstance(node, list):
        into[prefix] = [str(item) for item in node]
    else:
        into[prefix] = str(node)


def load_folder(folder: Path) -> dict[str, str | list[str]]:
    """Flat keys of a language's files: `skills/<skill>.yml` under the skill's name, the others by their own keys."""
    found: dict[str, str | list[str]] = {}
    for file in sorted(folder.rglob("*.yml")):
        document = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader) or {}
        for key, node in document.items():
            prefix = f"{file.stem}." if file.parent != folder else ""
            if f"{prefix}{key}" in found:
                raise TextError(f"{file.name}: {key!r} is in another file too")
            _flatten(f"{prefix}{key}", node, found)
    return found


def _local(value: object) -> str:
    try:
        moment = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except ValueError:
        return str(value)
    return moment.astimezone(LOCAL_TIME).strftime("%Y-%m-%d %H:%M")


def _plain(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.1f}".rstrip("0").rstrip(".")
    return str(value)


@dataclass(frozen=True)
class Texts:
    """Texts of both languages by key. A list is a set of lines, each shown only when it can be filled."""

    by_language: Mapping[Language, Mapping[str, str | list[str]]] = field(default_factory=dict)

    @classmethod
    def load(cls, folder: Path) -> Texts:
        return cls({language: load_folder(folder / language) for language in LANGUAGES})

    def keys(self, language: Language) -> frozenset[str]:
        return frozenset(self.by_language[language])

    def has(self, key: str) -> bool:
        return all(key in self.by_language[language] for language in LANGUAGES)

    def raw(self, key: str, language: Language) -> str | list[str]:
        """The template itself. Raises TextError."""
        try:
            return self.by_language[language][key]
        except KeyError:
            raise TextError(f"no text {key!r} in {language}") from None

    def render(self, key: str, language: Language, values: Values) -> str:
        """The filled text. A fact that is not known is shown as such; any other missing variable is a TextError."""
        template = self.raw(key, language)
        if isinstance(template, str):
            return self.fill(template, key, language, values)
        known = [line for line in template if all(values.get(name) not in (None, "") for name in variables(line))]
        return "\n".join(self.fill(line, key, language, values) for line in known)

    def fill(self, template: str, key: str, language: Language, values: Values) -> str:
        def show(match: re.Match[str]) -> str:
            name, style = match.groups()
            value = values.get(name)
            if value is None and "." in name:
                return self.render("terms.unknown", language, {})
            if value is None:
                raise TextError(f"text {key!r} in {language} needs {name!r}")
            return self.styled(value, style, language)

        filled = _VARIABLE.sub(show, template).strip()
        return _AFTER_WIDE.sub("", filled) if language == "zh" else filled

    def styled(self, value: Any, style: str | None, language: Language) -> str:
        """A value as people read it: `time`, `list`, `duration` (from seconds), or a group of terms."""
        if isinstance(value, list | tuple):
            group = style if style not in (None, "list") else None
            shown = [self.styled(item, group, language) for item in value]
            if language == "zh":
                return "、".join(shown)
            return " and ".join(part for part in (", ".join(shown[:-1]), *shown[-1:]) if part)
        if style == "time":
            return _local(value)
        if style == "duration":
            return self._duration(float(value), language)
        if style:
            term = self.by_language[language].get(f"terms.{style}.{value}")
            return term if isinstance(term, str) else _plain(value)
        return _plain(value)

    def _duration(self, seconds: float, language: Language) -> str:
        unit, count = ("seconds", round(seconds)) if seconds < 60 else ("minutes", round(seconds / 60))
        if seconds >= 7200:
            unit, count = "hours", round(seconds / 3600)
        if count == 1 and unit != "seconds":
            unit = unit.removesuffix("s")
        return self.render(f"terms.duration.{unit}", language, {"count": count})
