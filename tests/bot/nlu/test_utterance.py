"""Normalisation keeps a way back to what was typed, and names the language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.utterance import _CHARACTERS_KEPT, _FOLDED, MAX_CHARACTERS, normalise


@given(st.text(max_size=200))
def test_every_position_leads_back_into_the_original(text: str) -> None:
    utterance = normalise(text)
    assert len(utterance.offsets) == len(utterance.text) + 1
    for index in range(len(utterance.text)):
        start, end = utterance.original_span(index, index + 1)
        assert 0 <= start < end <= len(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ｉ－ＹｕｆｗｐＱＡｅ宕機了", "i-YufwpQAe宕机了"),
        ("８核１６Ｇ", "8核16G"),
        ("虛擬機\u200b掛了", "虚拟机挂了"),
        ("a\u3000b", "a b"),
    ],
)
def test_width_script_and_invisible_characters_are_folded(text: str, expected: str) -> None:
    assert normalise(text).text == expected


@pytest.mark.parametrize(
    ("text", "language", "mixed"),
    [
        ("我的虚拟机宕机了", "zh", False),
        ("my VM crashed", "en", False),
        ("ECS 实例 ping 不通", "zh", False),
        ("帮我 restart 一下", "zh", True),
        ("restart the 北京 one", "en", True),
        ("SSH FAILS AGAIN", "en", False),
        ("RESTART I-YUFWPQAE NOW", "en", False),
        ("i-YufwpQAe", None, False),
        ("10.0.0.1", None, False),
        ("", None, False),
    ],
)
def test_the_language_is_that_of_the_words(text: str, language: str | None, mixed: bool) -> None:
    utterance = normalise(text)
    assert (utterance.language, utterance.mixed) == (language, mixed)


def test_a_huge_message_is_cut_not_refused() -> None:
    assert len(normalise("a" * 100_000).text) == MAX_CHARACTERS


def test_positions_behind_the_cut_lead_to_the_end_of_what_was_typed() -> None:
    utterance = normalise("㎏" + "a" * 20_000 + "\u200b１web-01")
    start = utterance.text.index("web-01")
    first, last = utterance.original_span(start, start + len("web-01"))
    assert (utterance.text[:2], utterance.original[first:last], last) == ("kg", "web-01", len(utterance.original))


def test_strange_characters_do_not_stay_in_memory() -> None:
    everything = "".join(map(chr, range(0x20000, 0x20000 + 2 * _CHARACTERS_KEPT)))
    assert all(normalise(everything[start : start + 4000]).text for start in range(0, len(everything), 4000))
    assert len(_FOLDED) <= _CHARACTERS_KEPT
