"""Two messages that mean the same have the same features; a pasted log costs no more than a sentence."""

import pytest

from bot.nlu.entities import identifiers
from bot.nlu.features import feature_text
from bot.nlu.ngrams import NgramVectorizer
from bot.nlu.utterance import normalise


def _features(text: str) -> str:
    utterance = normalise(text)
    return feature_text(utterance, identifiers(utterance.text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("重启 i-YufwpQAe", "重启 i-NNkaK46e"),
        ("My VM Crashed!!!", "my vm crashed"),
        ("虛擬機宕機了", "虚拟机宕机了。"),
        ("ＶＰＣ 不通", "vpc 不通"),
        ("ping 10.0.0.1", "ping 192.168.3.4"),
    ],
)
def test_what_carries_no_intent_is_folded_away(one: str, other: str) -> None:
    assert _features(one) == _features(other)


def test_a_pasted_log_keeps_its_head_and_its_errors() -> None:
    log = "web-01 起不来\n" + "INFO all good here\n" * 500 + "ERROR disk is full\n"
    features = _features(log)
    assert features.startswith("web-01 起不来") and "error disk is full" in features
    assert len(features) < 400


def test_ngram_rows_have_unit_length_and_unknown_terms_are_ignored() -> None:
    vectorizer = NgramVectorizer().fit(["重启 web", "重启 web"], min_count=1)
    rows = vectorizer.transform(["重启 web", "xyz"]).toarray()
    assert rows[0] @ rows[0] == pytest.approx(1.0, abs=1e-5)
    assert rows[1] @ rows[1] == 0.0
