"""What an article says may be told to the assistant is something that the assistant does."""

import re
from pathlib import Path

import pytest
from trained_model import TrainedModel

from contracts.articles import read_article

DATA = Path(__file__).parents[2] / "data"
SKILLS = {path.stem for path in (DATA / "playbooks").glob("[!_]*.yml")}
TOLD = {"zh": re.compile(r"(?<!云)助手[^“。\n]*“([^”]+)”"), "en": re.compile(r'[Aa]ssistant[^".\n]*"([^"]+)"')}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_that_what_articles_offer_to_say_is_understood_and_done(model: TrainedModel, language: str) -> None:
    articles = [read_article(path) for path in sorted((DATA / "knowledge").glob(f"*.{language}.md"))]
    told = [(article.slug, words) for article in articles for words in TOLD[language].findall(article.body)]
    assert len(told) >= 8
    parses = [(slug, words, model.parse(words)) for slug, words in told]
    vain = [
        (slug, words, parse["intent"]["name"], parse["understanding"]["gate"])
        for slug, words, parse in parses
        if parse["intent"]["name"] not in SKILLS or parse["understanding"]["gate"] != "answer"
    ]
    assert vain == []
