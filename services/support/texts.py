"""Texts people read, in Chinese and English, from data files; code knows them by name only."""

from pathlib import Path
from typing import Any, Literal

import yaml

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")


def as_language(value: object, default: Language = "zh") -> Language:
    """`zh-CN`, `en_US`, an Accept-Language header … to one of the two languages."""
    text = str(value or "").lower()
    if text.startswith("en"):
        return "en"
    return "zh" if text.startswith("zh") else default


class Texts:
    """`texts("queue_notice", "zh", position=2)`; the files must hold the same names in both languages."""

    def __init__(self, folder: Path) -> None:
        self._texts: dict[str, dict[str, Any]] = {
            language: yaml.safe_load((folder / f"texts.{language}.yml").read_text(encoding="utf-8"))
            for language in LANGUAGES
        }

    def names(self, language: Language) -> set[str]:
        return set(self._texts[language])

    def raw(self, name: str, language: Language) -> str:
        """The text with its places unfilled."""
        return str(self._texts[language][name])

    def __call__(self, name: str, language: Language, **values: object) -> str:
        return self.raw(name, language).format(**values)

    def error(self, code: str, language: Language, **values: object) -> str:
        return self(f"error_{code}", language, **values)
