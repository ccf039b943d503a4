"""The packet of a handoff that the assistant did not write: what the gateway itself knows, nothing inferred."""

from typing import Any

from sqlalchemy import select

from support.customers.models import Account
from support.gateway.conversation import Work
from support.gateway.models import Message

LONGEST_LAST_WORDS = 2000


async def minimal_packet(work: Work) -> dict[str, Any]:
    """A valid version 1 packet with the customer and the last words."""
    conversation, session = work.conversation, work.session
    account = await session.get(Account, conversation.account_id) if conversation.account_id else None
    last = (
        await session.execute(
            select(Message)
            .where(Message.conversation_id == conversation.id, Message.role == "customer", Message.kind == "text")
            .order_by(Message.seq.desc())
            .limit(1)
        )
    ).scalar_one_or_none()
    empty_lists: dict[str, list[Any]] = {
        name: [] for name in ("resources", "steps", "articles", "api_calls", "events", "incidents", "summary")
    }
    return {
        "version": 1,
        "reason": "customer_asked",
        "severity": "sev3",
        "severity_why": "",
        "tier": "tier1",
        "product": None,
        "language": work.language,
        "mood": {"anger": 0, "urgency": 0, "business_down": False},
        "customer": {
            "account_id": conversation.account_id,
            "user_id": conversation.user_id,
            "user_name": conversation.user_name,
            "account_name": account.name if account else None,
            "plan": account.plan if account else None,
            "industry": account.industry if account else None,
            "verified": conversation.user_id is not None,
        },
        "intent": "talk_to_human",
        "confidence": None,
        "task": None,
        "slots": {},
        "last_words": last.text[:LONGEST_LAST_WORDS] if last else "",
        **empty_lists,
    }
