"""The account's cash balance."""

from __future__ import annotations

from typing import Any

from cloudsim.billing.service import SERVICE
from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import no_such_object


@SERVICE.operation("POST", "/v1/finance/cash/balance", name="GetCashBalance", access="read")
def cash_balance(call: Call) -> dict[str, Any]:
    """The cash balance in yuan; negative when the account is in arrears."""
    account = call.world.identity.accounts.get(call.account_id)
    if account is None:
        raise no_such_object("account", call.account_id)
    return {"cashBalance": round(account["balance"], 2)}
