"""What the assistant may know and trust about the customer of a conversation (contracts section 1)."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from support.customers.models import Account, AccountUser
from support.gateway.models import Conversation


async def customer_context(session: AsyncSession, conversation: Conversation) -> dict[str, Any] | None:
    """Claims of the signed context; None for an anonymous customer."""
    if conversation.user_id is None or conversation.account_id is None:
        return None
    account = await session.get(Account, conversation.account_id)
    user = await session.get(AccountUser, (conversation.account_id, conversation.user_id))
    return {
        "sub": conversation.user_id,
        "account_id": conversation.account_id,
        "user_name": conversation.user_name,
        "account_name": account.name if account else None,
        "plan": account.plan if account else "basic",
        "industry": account.industry if account else None,
        "permissions": user.permissions if user else [],
        "verified": True,
    }
