"""The tokenizer never cuts what must stay whole, for any identifier beside any text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu.entities import identifiers
from bot.nlu.spacy_pipeline import create_pipeline
from bot.nlu.utterance import normalise
from contracts.ids import EXAMPLES, SHAPES

# The first example builds the pipeline; how long that takes is not what these tests are about.
settings.register_profile("nlu", deadline=None)
settings.load_profile("nlu")


def _generated(shape: str) -> str:
    """The shape for generated examples: ASCII digits, and ticket numbers of today's length."""
    return shape.replace(r"\d{4,}", "[0-9]{4,6}").replace(r"\d", "[0-9]")


_IDENTIFIER = st.sampled_from(sorted(SHAPES)).flatmap(
    lambda kind: st.tuples(st.just(kind), st.from_regex(_generated(SHAPES[kind]), fullmatch=True))
)
# What people type right before and after an identifier, without a space.
_GLUE = st.sampled_from(
    ["", " ", "实例", "把", "，", "：", "(", "「", "挂了", "请看", "。", "?", "!", ")", "的", "重启", '"', "="]
)


def _tokens(text: str) -> list[str]:
    return [token.text for token in create_pipeline()(text)]


@given(_IDENTIFIER, _GLUE, _GLUE)
def test_an_identifier_is_one_token_with_its_case(found: tuple[str, str], left: str, right: str) -> None:
    kind, identifier = found
    text = f"{left}{identifier}{right}"
    assert identifier in _tokens(text)
    entities = [(e.kind, e.value) for e in identifiers(text) if e.kind == kind]
    assert entities == [(kind, identifier)]


@given(
    _IDENTIFIER,
    st.text(alphabet="我的虚拟机宕了吗请帮忙看一下", max_size=12),
    st.text(alphabet="挂慢停好坏啊呢", max_size=8),
)
def test_chinese_on_both_sides_changes_nothing(found: tuple[str, str], left: str, right: str) -> None:
    kind, identifier = found
    assert (kind, identifier) in [(e.kind, e.value) for e in identifiers(left + identifier + right)]


@given(_IDENTIFIER)
def test_full_width_typing_gives_the_same_identifier(found: tuple[str, str]) -> None:
    kind, identifier = found
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in identifier)
    assert (kind, identifier) in [(e.kind, e.value) for e in identifiers(normalise(f"看看{wide}").text)]


@given(st.text(max_size=120))
def test_tokens_cover_all_but_spaces_and_none_is_a_space(text: str) -> None:
    normalised = normalise(text).text
    tokens = create_pipeline()(normalised)
    assert "".join(token.text for token in tokens) == "".join(normalised.split())
    assert not any(token.text.isspace() for token in tokens)


@pytest.mark.parametrize(
    "whole",
    [
        "192.168.0.12",
        "example.com.cn",
        "https://a.b.com/x?y=1",
        "22.04",
        "AccessDenied",
        "web-01",
        "bcc.g5.c2m8",
        "2001:db8::1",
    ],
)
def test_addresses_versions_codes_and_names_stay_whole(whole: str) -> None:
    assert whole in _tokens(f"请看{whole}，谢谢")


@pytest.mark.parametrize("broken", ["i-Yufwp", "i-YufwpQAe9", "xi-YufwpQAe", "lb-0d29a3fz", "TK-2026-0042"])
def test_what_only_resembles_an_identifier_is_none(broken: str) -> None:
    assert not [e for e in identifiers(f"看看 {broken} 吧") if e.kind in SHAPES]


@pytest.mark.parametrize("kind", sorted(EXAMPLES))
def test_the_contract_examples_are_recognised(kind: str) -> None:
    assert [(e.kind, e.value) for e in identifiers(f"是{EXAMPLES[kind]}吗")] == [(kind, EXAMPLES[kind])]


def test_the_vocabulary_does_not_grow_with_what_customers_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.nlu.spacy_pipeline._MOST_WORDS", 50)
    tokenizer = create_pipeline().tokenizer
    for number in range(200):
        assert [token.text for token in tokenizer(f"restart web-{number}")] == ["restart", f"web-{number}"]
        assert len(tokenizer.vocab) <= 60
