"""Bodies of the internal calls, validated at the door."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,120}$")]
Severity = Literal["sev1", "sev2", "sev3", "sev4"]


class Body(BaseModel):
    """Unknown fields are a mistake of the caller's."""

    model_config = ConfigDict(extra="forbid")


class SearchBody(Body):
    """A question to the knowledge base."""

    query: Annotated[str, Field(min_length=1, max_length=2000)]
    language: Literal["zh", "en"]
    limit: Annotated[int, Field(ge=1, le=20)] = 3


class WriteBody(Body):
    """A write about to be sent."""

    conversation_id: Id
    confirming_message_id: Id
    step: Id
    operation: Annotated[str, Field(min_length=1, max_length=80)]
    resource_id: Annotated[str, Field(max_length=80)] | None = None


class SettleBody(Body):
    """How a write ended."""

    state: Literal["done", "failed"]
    request_id: Annotated[str, Field(max_length=120)] | None = None
    result: dict[str, Any] | None = None


class CaseBody(Body):
    """A case without a live handover. The same `key` again answers the same case."""

    account_id: Annotated[str, Field(max_length=64)] | None = None
    user_id: Annotated[str, Field(max_length=64)] | None = None
    conversation_id: Id
    title: Annotated[str, Field(min_length=1, max_length=300)]
    severity: Severity
    product: Annotated[str, Field(max_length=40)] | None = None
    packet: dict[str, Any]
    key: Id | None = None
