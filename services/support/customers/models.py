"""Tables of customers: a copy of what the cloud says about accounts, refreshed at start."""

from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from support.database import Base


class Account(Base):
    """A customer's account. `name` holds `zh` and `en`."""

    __tablename__ = "accounts"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[dict[str, Any]]
    plan: Mapped[str] = mapped_column(String(16))
    industry: Mapped[str] = mapped_column(String(32))
    regions: Mapped[list[str]]


class AccountUser(Base):
    """A person who signs in for an account, and what that person may do."""

    __tablename__ = "account_users"

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    name: Mapped[dict[str, Any]]
    permissions: Mapped[list[str]]
