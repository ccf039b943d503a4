"""Traditional characters and Taiwanese terms as the mainland writes them. Understanding and search read the same."""

import functools
import re
from pathlib import Path

import opencc
import yaml

TERMS = Path(__file__).with_name("taiwanese_terms.yml")


@functools.lru_cache(maxsize=1)
def simplified_characters() -> dict[str, str]:
    """One-to-one Traditional to Simplified characters, from the OpenCC dictionary."""
    table: dict[str, str] = {}
    folder = Path(opencc.__file__).parent / "dictionary"
    for line in (folder / "TSCharacters.txt").read_text(encoding="utf-8").splitlines():
        source, _, targets = line.partition("\t")
        target = targets.split(" ")[0]
        if len(source) == 1 and len(target) == 1 and source != target:
            table[source] = target
    return table


@functools.lru_cache(maxsize=1)
def _terms() -> tuple[re.Pattern[str], dict[str, str]]:
    """Taiwanese terms, longest first, and what they are called on the mainland."""
    terms: dict[str, str] = yaml.safe_load(TERMS.read_text(encoding="utf-8"))
    return re.compile("|".join(sorted(terms, key=len, reverse=True))), terms


def mainland_terms(text: str) -> str:
    """Simplified text with the mainland's words for Taiwanese terms (硬碟 → 硬盘); the length may change."""
    pattern, terms = _terms()
    return pattern.sub(lambda term: terms[term[0]], text)


def simplified(text: str) -> str:
    """Text of any origin in Simplified characters and the mainland's words."""
    return mainland_terms("".join(map(simplified_characters().get, text, text)))
