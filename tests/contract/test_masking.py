"""Secrets never reach storage; what merely talks about secrets stays readable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.masking import MASK, mask_secrets


@pytest.mark.parametrize(
    ("text", "secret", "kind"),
    [
        ("我的密码是 Abc@12345，帮我登录", "Abc@12345", "password"),
        ("密码：hunter2!x", "hunter2!x", "password"),
        ("the password is S3cret-pass", "S3cret-pass", "password"),
        ("pwd=qwerty99", "qwerty99", "password"),
        ("card 4111 1111 1111 1111 please", "4111 1111 1111 1111", "card_number"),
        ("secret_access_key=5b0e1f2a3c4d4e5f8a9b0c1d2e3f4a01", "5b0e1f2a3c4d4e5f8a9b0c1d2e3f4a01", "secret_key"),
        ("ak: a1d0c5b2e7f84930b6c1d2e3f4a5b601", "a1d0c5b2e7f84930b6c1d2e3f4a5b601", "secret_key"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "MIIE", "private_key"),
        ("token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c2VyIn0.c2lnbmF0dXJl ok", "eyJzdWIiOiJ1c2VyIn0", "token"),
    ],
)
def test_that_a_secret_is_masked(text: str, secret: str, kind: str) -> None:
    masked = mask_secrets(text)
    assert secret not in masked.text
    assert MASK in masked.text
    assert kind in masked.kinds


@pytest.mark.parametrize(
    "text",
    [
        "密码不对，怎么重置",
        "忘记密码了",
        "the password is wrong",
        "how do I reset my password?",
        "i-NNkaK46e 挂了",
        "账单 20261122004211110000 有问题",
        "ev-Qk31bTzW 什么时候修好",
        "我的 IP 是 180.76.12.34，端口 3306",
    ],
)
def test_that_harmless_text_stays(text: str) -> None:
    assert mask_secrets(text).text == text


@given(st.text(max_size=200))
def test_that_masking_is_a_fixed_point(text: str) -> None:
    once = mask_secrets(text).text
    assert mask_secrets(once).text == once
