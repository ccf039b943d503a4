"""Two messages that mean the same have the same features; a pasted log costs no more than a sentence."""

import numpy as np
import pytest

from bot.nlu.entities import identifiers
from bot.nlu.features import feature_text
from bot.nlu.ngrams import NgramVectorizer, TermCounts
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
        ("web-02 is down", "kafka-117 is down"),
        ("mysql-03 宕机", "web-01 宕机"),
        ("重启db_07和my-app-3。", "重启web_1和app-12"),
        ("遠端桌面連不上，伺服器當機了", "远程桌面连不上，服务器宕机了"),
    ],
)
def test_what_carries_no_intent_is_folded_away(one: str, other: str) -> None:
    assert _features(one) == _features(other)


@pytest.mark.parametrize("word", ["utf-8", "error-500", "sha-256", "mysql-8", "gpt-4", "10-20", "a-1-b", "web-2024"])
def test_what_is_no_name_of_a_machine_stays(word: str) -> None:
    assert word in _features(f"what about {word} here")


def test_a_pasted_log_keeps_its_head_and_its_errors() -> None:
    log = "web-01 起不来\n" + "INFO all good here\n" * 500 + "ERROR disk is full\n"
    features = _features(log)
    assert features.startswith("web-1 起不来") and "error disk is full" in features
    assert len(features) < 400


def test_ngram_weights_are_those_of_the_training_and_unknown_terms_are_ignored() -> None:
    texts = ["重启 web web", "重启 db", "重启重启 web", ""]
    vectorizer = NgramVectorizer()
    rows = vectorizer.fit_transform(TermCounts.of(texts), min_count=1).toarray()
    for row, text in zip(rows, texts, strict=True):
        numbers, weights = vectorizer.weights(text)
        assert row[numbers] == pytest.approx(weights, abs=1e-6) and np.count_nonzero(row) == len(numbers)
        assert row @ row == pytest.approx(1.0 if text else 0.0, abs=1e-5)
    assert len(vectorizer.weights("xyz")[0]) == 0


def test_that_counts_of_a_part_are_those_of_the_part_alone() -> None:
    texts = ["重启 web", "重启 db", "web down", "web down"]
    whole = TermCounts.of(texts)
    one, other = NgramVectorizer(), NgramVectorizer()
    of_part, alone = one.fit_transform(whole.take(slice(1, 4))), other.fit_transform(TermCounts.of(texts[1:]))
    assert one.vocabulary == other.vocabulary and (of_part != alone).nnz == 0
    joined = TermCounts.join([whole.take(slice(1)), whole.take(np.array([1, 2, 3]))])
    assert (joined.counts != whole.counts).nnz == 0
    with pytest.raises(ValueError):
        TermCounts.join([whole, TermCounts.of(texts)])
