"""The break-something menu: the cloud's scenarios, on the demo customer's own account and on no other."""

from typing import Any

import httpx
from fastapi import APIRouter, Request

from support.desk.cards import localized
from support.errors import NotAllowed, NotFound, SupportError, Unavailable
from support.gateway.views import Signed
from support.identity import Customer
from support.services import Services
from support.texts import Language
from support.web import Body, Parts, request_language

router = APIRouter(prefix="/api/demo/scenarios", tags=["demo"])
ANSWER_SECONDS = 10.0

FIRST = {"instance_down": 0, "instance_connect": 1}
"""Topics that lead the menu."""


class Control:
    """Calls of the cloud's control port."""

    def __init__(self, services: Services) -> None:
        self._url = services.settings.cloud_control_url.rstrip("/")

    async def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """The answer's JSON. Raises Unavailable when the port does not answer, NotFound when it refuses."""
        try:
            async with httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False) as client:
                response = await client.request(method, self._url + path, json=body)
            if response.status_code >= 500:
                raise Unavailable("cloud_not_ready")
            if response.status_code >= 400:
                raise NotFound("no_scenario", status=409 if response.status_code == 409 else 404)
            return response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise Unavailable("cloud_not_ready") from error


def _own_account(customer: Customer) -> str:
    if customer.account_id is None:
        raise NotAllowed("not_allowed")
    return customer.account_id


def _view(entry: dict[str, Any], injected: dict[str, Any] | None, language: Language) -> dict[str, Any]:
    return {
        "scenario": entry["name"],
        "title": localized(entry.get("title"), language) or entry["name"],
        "description": " · ".join(str(entry[name]) for name in ("product", "severity") if entry.get(name)),
        "resource_id": injected["resource_id"] if injected else None,
        "active": injected is not None,
    }


@router.get("")
async def scenarios(request: Request, services: Parts, customer: Signed) -> list[dict[str, Any]]:
    """Every scenario, those in force on the customer's account first, then what a newcomer tries first."""
    account_id, control = _own_account(customer), Control(services)
    known, active = await control.call("GET", "/scenarios"), await control.call("GET", "/scenarios/active")
    mine = {one["scenario"]: one for one in active if one["account_id"] == account_id and one["status"] == "active"}
    known.sort(key=lambda entry: (entry["name"] not in mine, FIRST.get(entry.get("topic", ""), len(FIRST))))
    return [_view(entry, mine.get(entry["name"]), request_language(request)) for entry in known]


@router.post("", status_code=201)
async def inject(services: Parts, customer: Signed, body: Body) -> dict[str, Any]:
    """`{"scenario","resource_id"?}` on the customer's own account."""
    scenario, resource_id = body.get("scenario"), body.get("resource_id")
    if not isinstance(scenario, str) or not (resource_id is None or isinstance(resource_id, str)):
        raise SupportError("bad_request", where="scenario")
    wish = {"scenario": scenario[:128], "account_id": _own_account(customer)}
    if resource_id is not None:
        wish["resource_id"] = resource_id[:128]
    injected = await Control(services).call("POST", "/scenarios", wish)
    return {"id": injected["id"], "scenario": injected["scenario"], "resource_id": injected["resource_id"]}


@router.delete("")
async def heal(services: Parts, customer: Signed) -> dict[str, int]:
    """Withdraw what is in force on the customer's account; others' scenarios stay."""
    account_id, control = _own_account(customer), Control(services)
    active = [one for one in await control.call("GET", "/scenarios/active") if one["account_id"] == account_id]
    for one in reversed(active):
        await control.call("DELETE", f"/scenarios/{one['id']}")
    return {"removed": len(active)}
