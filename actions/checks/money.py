"""Checks of the account's money."""

from actions.checks.compute import Params
from actions.checks.view import CloudView
from actions.tasks.ports import CheckResult


def billing(view: CloudView, params: Params) -> CheckResult:
    """The account's cash balance in yuan; below zero the account is in arrears (vouchers do not count)."""
    answer = view.call("queryBalance", "billing", view.regions[0], "POST", "/v1/finance/cash/balance")
    balance = float(answer.data["cashBalance"])
    ids = (answer.request_id,) if answer.request_id else ()
    return CheckResult("billing", "bad" if balance < 0 else "ok", {"balance": balance, "in_arrears": balance < 0}, ids)
