"""Doors for assistant and actions only."""

import hmac
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy import select

from contracts.clock import isoformat
from contracts.schema import ContractError, check
from support.customers.models import Account, AccountUser
from support.desk.cards import tam_view
from support.desk.intake import Request as CaseRequest
from support.desk.models import Agent, Case
from support.errors import NotFound, NotSignedIn, SupportError
from support.internal.bodies import CaseBody, SearchBody, SettleBody, Severity, WriteBody
from support.ledger.service import Intent, write_view
from support.web import Parts, bearer

InLanguage = Annotated[str, Query(pattern="^(zh|en)$", description="The customer's: names come in it.")]
OPEN_STATUSES = ("waiting", "active")
MOST_OPEN_CASES = 20


def internal(services: Parts, token: Annotated[str | None, Depends(bearer)]) -> None:
    """Raises NotSignedIn unless the bearer token is INTERNAL_TOKEN."""
    if token is None or not hmac.compare_digest(token.encode(), services.settings.internal_token.encode()):
        raise NotSignedIn("bad_token")


router = APIRouter(prefix="/internal", tags=["internal"], dependencies=[Depends(internal)])


@router.post("/search")
async def search(services: Parts, body: SearchBody) -> dict[str, Any]:
    """Articles for a question, best first; scores are comparable between questions."""
    vector = await services.assistant.vector(body.query, body.language)
    return {"results": services.articles.search(body.query, body.language, body.limit, vector)}


@router.post("/writes")
async def claim_write(services: Parts, body: WriteBody, response: Response) -> dict[str, Any]:
    """201: the row is yours, send the write. 200: it was claimed before; read the state, never resend blindly."""
    write, fresh = await services.ledger.claim(Intent(**body.model_dump()))
    response.status_code = 201 if fresh else 200
    return write_view(write)


@router.patch("/writes/{write_id}")
async def settle_write(services: Parts, write_id: str, body: SettleBody) -> dict[str, Any]:
    write = await services.ledger.settle(write_id, body.state, body.request_id, body.result)
    return write_view(write)


@router.get("/accounts/{account_id}/context")
async def account_context(
    services: Parts,
    account_id: str,
    user_id: Annotated[str | None, Query(max_length=64)] = None,
    language: InLanguage = "zh",
) -> dict[str, Any]:
    """The customer profile: account, user, TAMs, open cases, incidents that concern the account."""
    async with services.database.read() as session:
        account = await session.get(Account, account_id)
        if account is None:
            raise NotFound("no_account")
        user = await session.get(AccountUser, (account_id, user_id)) if user_id else None
        open_cases = (
            await session.execute(
                select(Case)
                .where(Case.account_id == account_id, Case.status.in_(OPEN_STATUSES))
                .order_by(Case.created_at.desc())
                .limit(MOST_OPEN_CASES)
            )
        ).scalars()
        return {
            "account": {
                "id": account.id,
                "name": account.name,
                "plan": account.plan,
                "industry": account.industry,
                "user": {"id": user.user_id, "name": user.name, "permissions": user.permissions} if user else None,
            },
            "tam": await tam_view(session, services.tams, account, language),
            "open_cases": [_brief(case) for case in open_cases],
            "incidents": [],
        }


def _brief(case: Case) -> dict[str, Any]:
    return {
        "id": case.id,
        "title": case.title,
        "status": case.status,
        "severity": case.severity,
        "created_at": isoformat(case.created_at),
    }


def _card(case: Case, assignee: Agent | None) -> dict[str, Any]:
    """What the customer may know of a case."""
    return {
        **_brief(case),
        "tier": case.tier,
        "product": case.product,
        "assignee": assignee.name_in(case.language) if assignee else None,
        "target_at": isoformat(case.target_at) if case.target_at else None,
        "first_response_at": isoformat(case.first_response_at) if case.first_response_at else None,
        "closed_at": isoformat(case.closed_at) if case.closed_at else None,
        "solution": case.solution,
    }


@router.get("/accounts/{account_id}/cases")
async def account_cases(
    services: Parts,
    account_id: str,
    user_id: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> dict[str, Any]:
    """The account's cases, newest first; with `user_id`, those of that user."""
    async with services.database.read() as session:
        query = select(Case, Agent).outerjoin(Agent, Agent.id == Case.assignee_id)
        query = query.where(Case.account_id == account_id)
        if user_id is not None:
            query = query.where(Case.user_id == user_id)
        rows = await session.execute(query.order_by(Case.created_at.desc()).limit(limit))
        return {"cases": [_card(case, agent) for case, agent in rows]}


@router.get("/cases/{ticket_id}")
async def one_case(services: Parts, ticket_id: str, account_id: Annotated[str, Query(max_length=64)]) -> dict[str, Any]:
    """404 when there is no such case of that account."""
    async with services.database.read() as session:
        case = await session.get(Case, ticket_id)
        if case is None or case.account_id != account_id:
            raise NotFound("no_case")
        agent = await session.get(Agent, case.assignee_id) if case.assignee_id else None
        return _card(case, agent)


@router.post("/cases", status_code=201)
async def create_case(services: Parts, body: CaseBody) -> dict[str, str]:
    """A ticket: people will look at it, while the conversation stays with the bot."""
    try:
        check("handoff", body.packet)
    except ContractError as error:
        raise SupportError("bad_request", status=422, where=f"packet.{error.where}") from error
    async with services.conversations.work(body.conversation_id) as work:
        if (work.conversation.account_id, work.conversation.user_id) != (body.account_id, body.user_id):
            raise NotFound("no_conversation")
        request = CaseRequest(
            packet=body.packet,
            title=body.title,
            severity=body.severity,
            tier=body.packet["tier"],
            product=body.product,
            reason=body.packet["reason"],
            language=body.packet["language"],
            key=body.key,
            live=False,
        )
        case = await services.intake.open(work, request)
    return {"id": case.id}


@router.get("/desk/coverage")
async def coverage(
    services: Parts,
    severity: Severity,
    account_id: Annotated[str | None, Query(max_length=64)] = None,
    tier: Annotated[str, Query(pattern="^tier[12]$|^tam$")] = "tier1",
    language: InLanguage = "zh",
) -> dict[str, Any]:
    """Who would come and when, if a handoff were asked for now."""
    async with services.database.read() as session:
        return await services.coverage.of(session, account_id, severity, tier, language)
