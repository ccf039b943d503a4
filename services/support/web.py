"""What every HTTP door shares: the services of the request, the language of errors, the one shape of errors."""

from typing import Annotated, Any

import structlog
from fastapi import Depends, FastAPI, Header, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from support.errors import NotAllowed, NotSignedIn, SupportError
from support.services import Services
from support.texts import Language, Texts, as_language

log = structlog.get_logger(__name__)


def services_of(request: Request) -> Services:
    services = request.app.state.services
    assert isinstance(services, Services)
    return services


Parts = Annotated[Services, Depends(services_of)]


def request_language(request: Request) -> Language:
    return as_language(request.headers.get("accept-language"))


def bearer(authorization: Annotated[str | None, Header()] = None) -> str | None:
    """The token of an `Authorization: Bearer` header, if there is one."""
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def error_body(error: SupportError, texts: Texts, language: Language) -> dict[str, Any]:
    message = texts.error(error.code, language, **error.values)
    return {"error": {"code": error.code, "message": message, **error.detail}}


async def read_json(request: Request) -> dict[str, Any]:
    """The body as an object. Raises SupportError for anything else."""
    try:
        body = await request.json()
    except (ValueError, UnicodeDecodeError, RecursionError) as error:
        raise SupportError("bad_json") from error
    if not isinstance(body, dict):
        raise SupportError("bad_json")
    return body


Body = Annotated[dict[str, Any], Depends(read_json)]


def install_error_handlers(app: FastAPI) -> None:
    """Every error leaves as `{"error":{"code","message"}}`; the unexpected one says nothing about its inside."""

    def answer(request: Request, error: SupportError) -> JSONResponse:
        texts = services_of(request).texts
        headers = {"Retry-After": str(error.detail["retry_after"])} if "retry_after" in error.detail else None
        return JSONResponse(error_body(error, texts, request_language(request)), error.status, headers=headers)

    @app.exception_handler(SupportError)
    async def ours(request: Request, error: SupportError) -> JSONResponse:
        return answer(request, error)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        return answer(request, SupportError("bad_request", status=422, where=where))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        codes = {404: "not_found", 405: "method_not_allowed", 401: "bad_token", 403: "not_allowed"}
        return answer(request, SupportError(codes.get(error.status_code, "bad_request"), status=error.status_code))

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> JSONResponse:
        log.exception("unexpected", path=request.url.path, exc_info=error)
        return answer(request, SupportError("internal", status=500))


__all__ = ["Body", "NotAllowed", "NotSignedIn", "Parts", "bearer", "error_body", "read_json", "request_language"]
