"""The table of writes."""

from datetime import datetime
from typing import Any

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from support.database import Base
from support.gateway.models import ID


class Write(Base):
    """One confirmed action on one resource: claimed once, then done or failed for good."""

    __tablename__ = "writes"
    __table_args__ = (UniqueConstraint("conversation_id", "confirming_message_id", "step"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ID)
    confirming_message_id: Mapped[str] = mapped_column(ID)
    step: Mapped[str] = mapped_column(ID)
    operation: Mapped[str] = mapped_column(String(80))
    resource_id: Mapped[str | None] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(12))
    request_id: Mapped[str | None] = mapped_column(ID)
    result: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
