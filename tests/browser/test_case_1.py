"""Case 1: an instance is down; said, confirmed, rebooted, verified: all in the customer's browser."""

import pytest
from playwright.sync_api import expect

A_REBOOT_AND_THE_NEXT_METRIC = 90
"""World seconds: the machine is back within four, the monitor reports each minute."""
SAID = {"zh": "我有一台虚拟机宕机了", "en": "one of my VMs is down"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_that_a_hung_instance_is_diagnosed_and_rebooted_after_a_clear_yes(customer, open_chat, control, language):
    known = customer("small", language)
    fault = {"scenario": "guest_hang", "account_id": known.account_id}
    injected = control.post("/scenarios", json=fault).raise_for_status().json()
    chat = open_chat("small", language)

    chat.say(SAID[language])
    chat.agree_until_confirmed()
    control.post("/clock", json={"advance_seconds": A_REBOOT_AND_THE_NEXT_METRIC}).raise_for_status()
    result = chat.expect_result()

    expect(result).to_contain_text(injected["resource_id"])
    cured = control.get(f"/scenarios/{injected['id']}").raise_for_status().json()
    assert "RebootInstance" in str(cured["cured_by"]), chat.transcript()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_that_the_break_something_menu_injects_and_heals(customer, open_chat, control, language):
    known = customer("small", language)
    chat = open_chat("small", language)
    names = {"zh": ("注入", "恢复全部", "故障中"), "en": ("Inject", "Heal everything", "Active")}[language]
    faults = chat.page.get_by_role("complementary")

    faults.get_by_role("button", name=names[0]).first.click()
    expect(faults.get_by_text(names[2], exact=True)).to_be_visible()
    in_force = control.get("/scenarios/active").json()
    assert [one["account_id"] for one in in_force] == [known.account_id]

    faults.get_by_role("button", name=names[1]).click()
    expect(faults.get_by_text(names[2], exact=True)).to_have_count(0)
    assert control.get("/scenarios/active").json() == []
