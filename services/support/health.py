"""Liveness, readiness and figures."""

import asyncio

import httpx
from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from support import __version__
from support.services import Services
from support.texts import LANGUAGES
from support.web import Parts

router = APIRouter(tags=["operations"])
PROBE_SECONDS = 2.0


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """This process is up."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(services: Parts, response: Response) -> dict[str, object]:
    """200 only when the database, assistant, actions and cloud answer; each is named."""
    settings = services.settings
    probes = {
        "assistant": f"{settings.assistant_url}/",
        "actions": f"{settings.actions_url}/health",
        "cloud": f"{settings.cloud_url}/",
    }
    async with httpx.AsyncClient(timeout=PROBE_SECONDS, trust_env=False) as client:
        answers = await asyncio.gather(*(_answers(client, url) for url in probes.values()))
    checks: dict[str, bool] = dict(zip(probes, answers, strict=True))
    checks["database"] = await _database_answers(services)
    if settings.demo:
        checks["accounts"] = await services.accounts.is_done()
    ready = all(checks.values())
    response.status_code = 200 if ready else 503
    return {"status": "ready" if ready else "not ready", "checks": checks}


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    """Any answer that is not a server error counts: the process is there and speaks HTTP."""
    try:
        return (await client.get(url)).status_code < 500
    except httpx.HTTPError:
        return False


async def _database_answers(services: Services) -> bool:
    try:
        async with asyncio.timeout(PROBE_SECONDS), services.database.read() as session:
            await session.execute(text("SELECT 1"))
        return True
    except Exception:
        return False


@router.get("/metrics", include_in_schema=False)
async def metrics() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@router.get("/api/config")
async def config(services: Parts) -> dict[str, object]:
    """What a page needs to know before anyone has signed in."""
    return {"demo": services.settings.demo, "languages": list(LANGUAGES), "version": __version__}
