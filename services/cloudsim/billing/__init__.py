"""Money: the cash balance and the bills."""

from cloudsim.billing import balance
from cloudsim.billing.service import SERVICE

__all__ = ["SERVICE", "balance"]
