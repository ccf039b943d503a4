"""Tables of the desk. Deadlines are indexed columns; every change of a case leaves an audit row."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from support.database import Base
from support.gateway.models import ID, Sequence


class Agent(Base):
    """A human who answers customers. `role` is agent, lead or duty_manager; `name` is what colleagues read."""

    __tablename__ = "agents"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    email: Mapped[str] = mapped_column(String(200), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str | None] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(16))
    tiers: Mapped[list[str]]
    products: Mapped[list[str]]
    industries: Mapped[list[str]]
    language: Mapped[str] = mapped_column(String(8))
    on_duty: Mapped[bool] = mapped_column(default=False)
    demo: Mapped[bool] = mapped_column(default=False)
    password_hash: Mapped[str] = mapped_column(String(200))
    presence: Mapped[str] = mapped_column(String(12), default="offline")
    presence_at: Mapped[datetime | None]

    def name_in(self, language: str) -> str:
        """The name as a customer of that language reads it."""
        return self.name_en or self.name if language == "en" else self.name


class Case(Base):
    """What the customer calls a ticket, with the packet it was handed over with."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_status_tier_target_at", "status", "tier", "target_at"),
        Index("ix_cases_account_id_created_at", "account_id", "created_at"),
        Index("ix_cases_assignee_id_status", "assignee_id", "status"),
        Index("ix_cases_requested_at", "requested_at"),
        UniqueConstraint("conversation_id", "request_key"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    account_id: Mapped[str | None] = mapped_column(String(64))
    user_id: Mapped[str | None] = mapped_column(String(64))
    user_name: Mapped[str | None] = mapped_column(String(200))
    account_name: Mapped[dict[str, Any] | None]
    plan: Mapped[str] = mapped_column(String(16))
    industry: Mapped[str | None] = mapped_column(String(32))
    title: Mapped[str] = mapped_column(String(300))
    status: Mapped[str] = mapped_column(String(12))
    severity: Mapped[str] = mapped_column(String(8))
    tier: Mapped[str] = mapped_column(String(8))
    product: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(8))
    packet: Mapped[dict[str, Any]]
    request_key: Mapped[str | None] = mapped_column(ID)
    assignee_id: Mapped[str | None] = mapped_column(ForeignKey("agents.id"))
    created_at: Mapped[datetime]
    requested_at: Mapped[datetime]
    target_at: Mapped[datetime | None]
    first_response_at: Mapped[datetime | None]
    breached: Mapped[bool] = mapped_column(default=False)
    unread: Mapped[int] = mapped_column(default=0)
    last_text: Mapped[str | None] = mapped_column(Text)
    last_role: Mapped[str | None] = mapped_column(String(16))
    last_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(16))
    solution: Mapped[str | None] = mapped_column(Text)
    closed_at: Mapped[datetime | None]


class CasePerson(Base):
    """An agent a case concerns beyond its tier: its TAMs, and everyone who was rung for it."""

    __tablename__ = "case_people"

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id"), primary_key=True, index=True)
    why: Mapped[str] = mapped_column(String(24))


class AuditEntry(Base):
    """Who did what to a case, and when (world time). Notes are entries too."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_case_id_row", "case_id", "row"),)

    row: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(16))
    actor_id: Mapped[str | None] = mapped_column(String(64))
    actor_name: Mapped[str | None] = mapped_column(String(200))
    event: Mapped[str] = mapped_column(String(32))
    data: Mapped[dict[str, Any]]


class SlaTimer(Base):
    """A first-response clock: one for the request, one more for each escalation. Never paused."""

    __tablename__ = "sla_timers"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    tier: Mapped[str] = mapped_column(String(8))
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    met_at: Mapped[datetime | None]
    breached_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]


class LadderStep(Base):
    """One rung of a timer's ladder. Fired at most once, late rather than never."""

    __tablename__ = "ladder_steps"
    __table_args__ = (
        UniqueConstraint("timer_id", "level"),
        Index("ix_ladder_steps_state_due_at", "state", "due_at"),
    )

    row: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    timer_id: Mapped[str] = mapped_column(ForeignKey("sla_timers.id"))
    level: Mapped[int]
    due_at: Mapped[datetime]
    ring: Mapped[list[str]]
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    fired_at: Mapped[datetime | None]


class CaseCounter(Base):
    """The last case number given out on a day."""

    __tablename__ = "case_counters"

    day: Mapped[str] = mapped_column(String(8), primary_key=True)
    last: Mapped[int]
