"""Words of a text for the article index: jieba for Chinese, lower-cased words without plural endings for English."""

import logging
import re
from pathlib import Path

import jieba
import yaml

from contracts.chinese import simplified
from support.texts import LANGUAGES

WORD = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
CHINESE = re.compile(r"[\u4e00-\u9fff]+")
PLURAL = re.compile(r"(?<=[a-z]{3})(?<!s)s$")
jieba.setLogLevel(logging.WARNING)


class Words:
    """Both languages occur in texts of either, so every text gives words of both kinds."""

    def __init__(self, stopwords: Path) -> None:
        data = yaml.safe_load(stopwords.read_text(encoding="utf-8"))
        self._stop = {str(word) for language in LANGUAGES for word in data[language]}

    def of(self, text: str) -> list[str]:
        lowered = simplified(text).lower()
        latin = [PLURAL.sub("", word) for word in WORD.findall(lowered) if word not in self._stop]
        chinese = [
            word for run in CHINESE.findall(lowered) for word in jieba.cut_for_search(run) if word not in self._stop
        ]
        return latin + chinese
