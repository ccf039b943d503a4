"""Money: the cash balance and the bills."""

from cloudsim.billing import balance, bills
from cloudsim.billing.service import SERVICE

__all__ = ["SERVICE", "balance", "bills"]
