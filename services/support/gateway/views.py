"""HTTP doors of the chat: the same delivery path as the socket, for integrations and tests."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from support.desk.cards import customer_state, owner_view
from support.errors import NotSignedIn
from support.gateway.conversation import view
from support.identity import Customer
from support.texts import as_language
from support.web import Body, Parts, bearer, request_language

router = APIRouter(prefix="/api/chat", tags=["chat"])
LARGEST_PAGE = 200


def signed_in(services: Parts, token: Annotated[str | None, Depends(bearer)]) -> Customer:
    """The customer of the bearer token: a host site's, or an anonymous session of ours."""
    if token is None:
        raise NotSignedIn("no_token")
    return services.identity.customer(token)


Signed = Annotated[Customer, Depends(signed_in)]


@router.post("/conversations")
async def open_conversation(
    request: Request, services: Parts, token: Annotated[str | None, Depends(bearer)], body: Body
) -> dict[str, Any]:
    """Resume the customer's open conversation or begin one; without a token an anonymous session is minted."""
    if token is None:
        customer, session = services.identity.anonymous()
    else:
        customer, session = services.identity.customer(token), token
    language = as_language(body.get("language") or customer.language or request_language(request))
    address = request.client.host if request.client else "unknown"
    opened = await services.opening.open(customer, language, address, fresh=body.get("fresh") is True)
    async with services.database.read() as reading:
        owner = await owner_view(reading, opened.owner, language)
    return {
        "conversation_id": opened.conversation_id,
        "owner": owner,
        "resumed": opened.resumed,
        "last_seq": opened.last_seq,
        "session": session,
    }


@router.get("/conversations/{conversation_id}/messages")
async def list_messages(
    services: Parts,
    customer: Signed,
    conversation_id: str,
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    before: Annotated[int | None, Query(ge=0, le=2**31 - 1)] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> dict[str, Any]:
    """A page of the transcript, oldest first."""
    await services.opening.of(customer, conversation_id)
    messages, last_seq = await services.conversations.messages(conversation_id, after, limit, before)
    return {"messages": [view(message) for message in messages], "last_seq": last_seq}


@router.get("/conversations/{conversation_id}/state")
async def read_state(services: Parts, customer: Signed, conversation_id: str) -> dict[str, Any]:
    """Who has the floor, and the place in the queue."""
    conversation = await services.opening.of(customer, conversation_id)
    async with services.database.read() as session:
        return await customer_state(session, conversation, services.tams)


@router.post("/conversations/{conversation_id}/messages", status_code=202)
async def send_message(
    services: Parts, customer: Signed, conversation_id: str, body: Body, response: Response
) -> dict[str, Any]:
    """`{"client_id", "text" | "payload"}`; the same client id twice answers the same message."""
    await services.opening.of(customer, conversation_id)
    accepted = await services.reception.accept(conversation_id, body)
    if accepted.duplicate:
        response.headers["X-Duplicate"] = "1"
    return accepted.message


@router.post("/conversations/{conversation_id}/back_to_bot")
async def back_to_bot(services: Parts, customer: Signed, conversation_id: str) -> dict[str, Any]:
    """Leave the queue. 409 when the customer is not in it (any more)."""
    await services.opening.of(customer, conversation_id)
    async with services.conversations.work(conversation_id) as work:
        await services.queue.leave(work)
    return {"ok": True}
