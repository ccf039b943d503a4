"""HTTP doors of the desk."""

from typing import Annotated, Any

from fastapi import APIRouter, Cookie, Depends, Query, Request, Response

from support.desk.agents import agent_view
from support.desk.browse import case_detail, list_cases
from support.desk.models import Agent
from support.errors import NotSignedIn, SupportError
from support.gateway.inbound import CLIENT_ID
from support.identity import DESK_SESSION_SECONDS
from support.web import Body, Parts, bearer

router = APIRouter(prefix="/api/desk", tags=["desk"])
COOKIE = "desk_session"


async def signed_in(
    request: Request,
    services: Parts,
    token: Annotated[str | None, Depends(bearer)],
    desk_session: Annotated[str | None, Cookie()] = None,
) -> Agent:
    """The agent of the bearer token or of the cookie; a cookie alone may change things only from our own pages."""
    if token is None and desk_session is not None and request.method != "GET":
        _require_same_origin(request)
    given = token or desk_session
    if given is None:
        raise NotSignedIn("no_token")
    return await services.agents.get(services.identity.desk_agent_id(given))


def _require_same_origin(request: Request) -> None:
    origin = request.headers.get("origin")
    if origin is not None and origin.partition("://")[2] != request.headers.get("host"):
        raise SupportError("bad_origin", status=403)


Signed = Annotated[Agent, Depends(signed_in)]


@router.post("/login")
async def login(request: Request, response: Response, services: Parts, body: Body) -> dict[str, Any]:
    """`{"email","password"}` to a bearer token, also set as an httpOnly cookie. Only wrong passwords count."""
    address = request.client.host if request.client else "unknown"
    guesser = f"{address}:{str(body.get('email'))[:200].lower()}"
    await services.login_limit.check(guesser)
    agent = await services.agents.sign_in(body.get("email"), body.get("password"))
    await services.login_limit.forgive(guesser)
    token = services.identity.desk_token(agent.id)
    secure = request.headers.get("x-forwarded-proto", request.url.scheme) == "https"
    response.set_cookie(
        COOKIE, token, max_age=DESK_SESSION_SECONDS, httponly=True, samesite="strict", secure=secure, path="/"
    )
    return {"token": token, "agent": agent_view(agent)}


@router.post("/logout")
async def logout(response: Response) -> dict[str, bool]:
    response.delete_cookie(COOKIE, path="/")
    return {"ok": True}


@router.get("/me")
async def me(agent: Signed) -> dict[str, Any]:
    return {"agent": agent_view(agent)}


@router.post("/presence")
async def set_presence(services: Parts, agent: Signed, body: Body) -> dict[str, Any]:
    """`{"status": "online" | "away" | "offline"}`."""
    return {"agent": agent_view(await services.agents.set_presence(agent.id, body.get("status")))}


@router.get("/cases")
async def cases(
    services: Parts,
    agent: Signed,
    view: str = "waiting",
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> dict[str, Any]:
    """A page of the cases this agent may see: `waiting`, `mine`, `all` (open ones) or `closed`."""
    async with services.database.read() as session:
        return await list_cases(session, agent, view, cursor, limit)


@router.get("/cases/{case_id}")
async def read_case(services: Parts, agent: Signed, case_id: str) -> dict[str, Any]:
    """The case with its packet, transcript, audit, customer and who is looking at it."""
    async with services.database.read() as session:
        case = await services.cases.find(session, agent, case_id)
        detail = await case_detail(session, case, services.tams)
    return {**detail, "viewers": await services.viewers.of(case_id)}


async def _fresh(services: Parts, agent: Agent, case_id: str) -> dict[str, Any]:
    return await read_case(services, agent, case_id)


@router.post("/cases/{case_id}/claim")
async def claim(services: Parts, agent: Signed, case_id: str) -> dict[str, Any]:
    """One winner; everyone else gets 409 with the winner's name."""
    await services.cases.claim(agent, case_id)
    return await _fresh(services, agent, case_id)


@router.post("/cases/{case_id}/messages", status_code=202)
async def write(services: Parts, agent: Signed, case_id: str, body: Body) -> dict[str, Any]:
    """`{"client_id","text"}` to the customer; the assignee only."""
    client_id = body.get("client_id")
    if not isinstance(client_id, str) or not CLIENT_ID.fullmatch(client_id) or len(client_id) > 50:
        raise SupportError("bad_client_id")
    return await services.cases.write(agent, case_id, client_id, body.get("text"))


@router.post("/cases/{case_id}/notes", status_code=201)
async def note(services: Parts, agent: Signed, case_id: str, body: Body) -> dict[str, Any]:
    """`{"text"}`, for agents only."""
    await services.cases.note(agent, case_id, body.get("text"))
    return {"ok": True}


@router.post("/cases/{case_id}/read")
async def read_up(services: Parts, agent: Signed, case_id: str) -> dict[str, Any]:
    """The assignee has read everything."""
    await services.cases.read(agent, case_id)
    return {"ok": True}


@router.post("/cases/{case_id}/release")
async def release(services: Parts, agent: Signed, case_id: str, body: Body) -> dict[str, Any]:
    """`{"note"}`: back to the bot."""
    await services.cases.release(agent, case_id, body.get("note"))
    return {"ok": True}


@router.post("/cases/{case_id}/resolve")
async def resolve(services: Parts, agent: Signed, case_id: str, body: Body) -> dict[str, Any]:
    """`{"note","solution"?}`: solved, and back to the bot."""
    await services.cases.resolve(agent, case_id, body.get("note"), body.get("solution"))
    return {"ok": True}


@router.post("/cases/{case_id}/escalate")
async def escalate(services: Parts, agent: Signed, case_id: str, body: Body) -> dict[str, Any]:
    """`{"tier","reason","severity"?}`: to the queue of another tier."""
    await services.cases.escalate(agent, case_id, body.get("tier"), body.get("reason"), body.get("severity"))
    return {"ok": True}
