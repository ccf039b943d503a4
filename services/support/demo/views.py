"""Doors that exist in demo mode only."""

from datetime import datetime
from typing import Any

import yaml
from fastapi import APIRouter, Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from support.customers.models import Account, AccountUser
from support.desk.cards import localized
from support.desk.models import Case, LadderStep, SlaTimer
from support.errors import NotFound, Unavailable
from support.gateway.models import Conversation, Turn, Wakeup
from support.services import Services
from support.texts import Language, as_language
from support.web import Body, Parts, request_language

router = APIRouter(prefix="/api/demo", tags=["demo"])


def _entries(services: Services) -> list[dict[str, Any]]:
    file = services.settings.data_dir / "desk" / "demo_customers.yml"
    entries = yaml.safe_load(file.read_text(encoding="utf-8"))["customers"]
    assert isinstance(entries, list)
    return entries


async def _account(services: Services, entry: dict[str, Any]) -> tuple[Account, AccountUser]:
    """The account and user an entry names. Raises Unavailable while the cloud has not been asked yet."""
    async with services.database.read() as session:
        account = (
            await session.execute(select(Account).where(Account.key == entry["account"]).limit(1))
        ).scalar_one_or_none()
        if account is None:
            raise Unavailable("accounts_not_ready")
        users = list(
            (
                await session.execute(
                    select(AccountUser).where(AccountUser.account_id == account.id).order_by(AccountUser.user_id)
                )
            ).scalars()
        )
    named = [user for user in users if user.key == entry.get("user")] or users
    if not named:
        raise Unavailable("accounts_not_ready")
    return account, named[0]


@router.get("/customers")
async def customers(request: Request, services: Parts) -> list[dict[str, Any]]:
    """Who the chat page can be."""
    language = request_language(request)
    found = []
    for entry in _entries(services):
        account, user = await _account(services, entry)
        found.append(
            {
                "key": entry["key"],
                "account_id": account.id,
                "name": localized(user.name, language),
                "account_name": localized(account.name, language),
                "plan": account.plan,
                "description": localized(entry["description"], language),
            }
        )
    return found


@router.post("/token")
async def token(services: Parts, body: Body) -> dict[str, str]:
    """Play the host site: mint a token for one of the demonstration's customers."""
    entry = next((entry for entry in _entries(services) if entry["key"] == body.get("customer")), None)
    if entry is None:
        raise NotFound("no_demo_customer")
    account, user = await _account(services, entry)
    language: Language = as_language(body.get("language"))
    name = localized(user.name, language) or user.user_id
    return {"token": services.identity.widget_token(account.id, user.user_id, name, language)}


@router.get("/agents")
async def agents(request: Request, services: Parts) -> list[dict[str, Any]]:
    """E-mails and passwords of the demonstration's agents."""
    language = request_language(request)
    return [
        {
            "email": entry["email"],
            "password": entry["password"],
            "name": entry["name"],
            "role": entry["role"],
            "tiers": entry["tiers"],
            "description": localized(entry["about"], language),
        }
        for entry in services.agents.demo_agents
    ]


@router.get("/conversations/{conversation_id}/turns")
async def turns(services: Parts, conversation_id: str) -> dict[str, Any]:
    """What the assistant made of a conversation, turn by turn; `idle` when nothing runs and no timer is due."""
    async with services.database.read() as session:
        conversation = await session.get(Conversation, conversation_id)
        if conversation is None:
            raise NotFound("no_conversation")
        query = select(Turn).where(Turn.conversation_id == conversation_id).order_by(Turn.position)
        found = list((await session.execute(query)).scalars())
        due = await _is_due(session, conversation, services.clock.now())
    return {
        "idle": not due and all(turn.finished_at is not None for turn in found),
        "owner": {"kind": conversation.owner_kind, "agent": conversation.owner_agent_id},
        "case_id": conversation.case_id,
        "turns": [
            {"id": turn.id, "state": turn.state, "input": turn.input, "summary": turn.summary}
            for turn in found
            if turn.finished_at is not None
        ],
    }


async def _is_due(session: AsyncSession, conversation: Conversation, now: datetime) -> bool:
    """Whether the next tick has something to do for this conversation: a wake-up, the long silence, a rung."""
    rung = (
        select(LadderStep.row)
        .join(SlaTimer, SlaTimer.id == LadderStep.timer_id)
        .join(Case, Case.id == SlaTimer.case_id)
        .where(Case.conversation_id == conversation.id, LadderStep.state == "waiting", LadderStep.due_at <= now)
    )
    if await session.scalar(rung.limit(1)) is not None:
        return True
    if conversation.owner_kind != "bot":
        return False
    silence = conversation.silence_due_at
    wakeup = select(Wakeup.row).where(
        Wakeup.conversation_id == conversation.id, Wakeup.state == "waiting", Wakeup.due_at <= now
    )
    return (silence is not None and silence <= now) or await session.scalar(wakeup.limit(1)) is not None
