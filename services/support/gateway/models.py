"""Tables of the gateway. A conversation row is the lock of everything that belongs to the conversation."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from support.database import Base

ID = String(120)
Sequence = BigInteger().with_variant(Integer, "sqlite")


class Conversation(Base):
    """One customer's conversation: owner of the floor with its version, last sequence number, timers."""

    __tablename__ = "conversations"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    party: Mapped[str] = mapped_column(String(160), index=True)
    open_party: Mapped[str | None] = mapped_column(String(160), unique=True)
    account_id: Mapped[str | None] = mapped_column(String(64))
    user_id: Mapped[str | None] = mapped_column(String(64))
    user_name: Mapped[str | None] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(8))
    owner_kind: Mapped[str] = mapped_column(String(8), default="bot")
    owner_agent_id: Mapped[str | None] = mapped_column(String(64))
    owner_version: Mapped[int] = mapped_column(default=1)
    last_seq: Mapped[int] = mapped_column(default=0)
    read_seq: Mapped[int] = mapped_column(default=0)
    case_id: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[datetime]
    last_activity_at: Mapped[datetime]
    silence_due_at: Mapped[datetime | None] = mapped_column(index=True)
    queue_notice_at: Mapped[datetime | None]
    lease_holder: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[float] = mapped_column(default=0.0)


class Message(Base):
    """One line of the transcript. `client_id` is the sender's own id: the same one twice is one message."""

    __tablename__ = "messages"
    __table_args__ = (UniqueConstraint("conversation_id", "seq"), UniqueConstraint("conversation_id", "client_id"))

    row: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(ID, unique=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    seq: Mapped[int]
    client_id: Mapped[str] = mapped_column(ID)
    role: Mapped[str] = mapped_column(String(16))
    author: Mapped[str | None] = mapped_column(String(200))
    agent_id: Mapped[str | None] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(24))
    text: Mapped[str] = mapped_column(Text)
    payload: Mapped[str | None] = mapped_column(Text)
    buttons: Mapped[list[Any]]
    card: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]


class Offer(Base):
    """A payload the bot (or the gateway) offered in a conversation; nothing else is accepted as a payload."""

    __tablename__ = "offers"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    title: Mapped[str] = mapped_column(String(400))


class Turn(Base):
    """One turn to ask of the assistant, durable from the moment its cause is; `id` is the message's or event's.

    `started_at` is when it was first asked; asking again after a restart leaves it.
    """

    __tablename__ = "turns"
    __table_args__ = (Index("ix_turns_conversation_state", "conversation_id", "state"),)

    position: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(ID, unique=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    input: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(12), index=True)
    owner_version: Mapped[int | None]
    attempts: Mapped[int] = mapped_column(default=0)
    summary: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class Wakeup(Base):
    """The assistant's wish to be asked again. Fired once, while the bot owns the floor."""

    __tablename__ = "wakeups"
    __table_args__ = (
        UniqueConstraint("conversation_id", "wakeup_id"),
        Index("ix_wakeups_state_due_at", "state", "due_at"),
    )

    row: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    wakeup_id: Mapped[str] = mapped_column(ID)
    due_at: Mapped[datetime]
    data: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(12), default="waiting")
