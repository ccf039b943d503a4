"""Traditional characters and Taiwanese terms become what the mainland writes; everything else stays."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from contracts.chinese import TERMS, mainland_terms, simplified, simplified_characters

LISTED: dict[str, str] = yaml.safe_load(TERMS.read_text("utf-8"))


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("伺服器硬碟滿了，記憶體不足", "服务器硬盘满了，内存不足"),
        ("遠端桌面連不上，頻寬跑滿", "远程桌面连不上，带宽跑满"),
        ("CDN快取帮我清掉", "CDN缓存帮我清掉"),
        ("云服务器怎么扩容，要不要复制程序和文件", "云服务器怎么扩容，要不要复制程序和文件"),
        ("the VM is down", "the VM is down"),
    ],
)
def test_what_is_typed_in_taiwan_is_read_as_on_the_mainland(typed: str, read: str) -> None:
    assert simplified(typed) == read


def test_terms_are_written_in_simplified_characters_and_lead_to_words_that_stay() -> None:
    traditional = simplified_characters().keys()
    for term, meant in LISTED.items():
        assert traditional.isdisjoint(term + meant) and term != meant
        assert mainland_terms(term) == meant == mainland_terms(meant)


@given(st.text(alphabet=st.sampled_from("伺服器硬碟記憶体网路頻宽連线aZ 9。"), max_size=40))
def test_a_second_reading_changes_nothing_unless_letters_meet_anew(text: str) -> None:
    once = simplified(text)
    assert traditional_free(once)
    assert simplified(once) == once or any(term in once for term in LISTED)


def traditional_free(text: str) -> bool:
    return simplified_characters().keys().isdisjoint(text)
