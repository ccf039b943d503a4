"""The exported encoder against the package's own engine; bad weight files are refused."""

from pathlib import Path

import numpy as np
import pytest

from bot.nlu.e5.model import MAX_TOKENS, MultilingualE5
from bot.nlu.e5.weights import WeightFile, WeightFileError
from bot.nlu.encoder import BundledEncoder, RememberingEncoder, Vectors, shared_encoder

SENTENCES = ["我的虚拟机宕机了怎么办", "My VM crashed, how do I fix it?", "实例i-abcd1234 ping 不通"]
# 8-bit products against 4-bit blocks with 8-bit activations: measured 0.997 to 0.998.
_LEAST_COSINE = 0.995


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> OnnxEncoder:
    return OnnxEncoder((12,), tmp_path_factory.mktemp("encoder"))


def test_the_export_agrees_with_the_bundled_engine(encoder: OnnxEncoder) -> None:
    ours, theirs = encoder.encode(SENTENCES), BundledEncoder().encode(SENTENCES)
    cosines = (ours * theirs).sum(axis=1) / np.linalg.norm(ours, axis=1)
    assert cosines.min() > _LEAST_COSINE


def test_a_long_text_costs_no_more_than_the_limit(encoder: OnnxEncoder) -> None:
    assert len(encoder._pieces.ids("错误 " * 5000, MAX_TOKENS)) == MAX_TOKENS
    assert np.isfinite(encoder.encode(["error " * 5000])).all()


def test_an_empty_batch_gives_no_rows(encoder: OnnxEncoder) -> None:
    assert encoder.encode([]).shape == (0, 384)


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "weights.bin").write_bytes(b"not a weight file at all")
    with pytest.raises(WeightFileError, match="expected format"):
        WeightFile(tmp_path / "weights.bin")
    with pytest.raises(WeightFileError, match="cannot read"):
        WeightFile(tmp_path / "missing.bin")


def test_an_unknown_encoder_is_named_in_the_error() -> None:
    with pytest.raises(ValueError, match="'word2vec'"):
        shared_encoder("word2vec")


class _Counting:
    name, dimension = "counting", 2

    def __init__(self) -> None:
        self.calls: list[str] = []

    def encode(self, texts: list[str]) -> Vectors:
        self.calls += texts
        return np.array([[len(text), 1] for text in texts], dtype=np.float32).reshape(-1, 2)


def test_a_remembered_sentence_is_not_computed_again_and_memory_is_bounded() -> None:
    counting = _Counting()
    remembering = RememberingEncoder(counting, size=2)
    assert remembering.encode(["a", "bb", "a"]).tolist() == [[1, 1], [2, 1], [1, 1]]
    remembering.encode(["a"])
    assert counting.calls == ["a", "bb"]
    remembering.encode(["c", "d", "e"])
    remembering.encode(["a"])
    assert counting.calls == ["a", "bb", "c", "d", "e", "a"]
