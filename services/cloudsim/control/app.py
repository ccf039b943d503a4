"""The control API. It runs on the event loop of the cloud, so a change is seen by the next request."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import FastAPI, HTTPException, Query
from pydantic import BaseModel, Field

from cloudsim.cloud import Cloud
from cloudsim.control.scenarios import add_outside, add_scenarios
from cloudsim.faults.injection import FaultRule
from cloudsim.world.moments import iso

Json = dict[str, Any]
Name = Annotated[str, Field(max_length=128)]


# The protocol writes years with four digits; a century is more than any simulation asked for.
OLDEST_SECONDS = 100 * 365 * 86_400


class FaultRequest(BaseModel):
    """A protocol fault to put in force."""

    service: Name = "*"
    operation: Name | None = None
    kind: Literal["error", "latency", "throttle", "drop", "bad_body"]
    status: Annotated[int, Field(ge=400, le=599)] = 500
    code: Annotated[str, Field(min_length=1, max_length=64)] = "InternalError"
    seconds: Annotated[float, Field(ge=0, le=120)] = 0.0
    probability: Annotated[float, Field(gt=0, le=1)] = 1.0
    count: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    account_id: Name | None = None


class ClockRequest(BaseModel):
    """World seconds to move forward; at most ten years."""

    advance_seconds: Annotated[float, Field(ge=0, le=315_360_000)]


def control_app(cloud: Cloud) -> FastAPI:
    """The application of the control port."""
    app = FastAPI(title="Simulated cloud: control", version="1")
    _add_world(app, cloud)
    _add_faults(app, cloud)
    add_scenarios(app, cloud)
    add_outside(app, cloud)
    return app


def _add_world(app: FastAPI, cloud: Cloud) -> None:
    @app.get("/healthz")
    async def health() -> Json:
        return {"status": "ok", "world_time": iso(cloud.world.now())}

    @app.get("/accounts")
    async def accounts() -> list[Json]:
        ranked = sorted(cloud.world.identity.accounts.scan(), key=lambda account: account["rank"])
        return [_account_view(cloud, account) for account in ranked]

    @app.get("/clock")
    async def clock() -> Json:
        return {"now": iso(cloud.world.now()), "offset_seconds": cloud.world.clock.offset_seconds}

    @app.post("/clock", responses={409: {"description": "the world would become too old"}})
    async def advance(request: ClockRequest) -> Json:
        if cloud.world.clock.offset_seconds + request.advance_seconds > OLDEST_SECONDS:
            raise HTTPException(409, "world time may be at most a hundred years ahead of wall time")
        cloud.world.clock.advance(request.advance_seconds)
        cloud.world.catch_up()
        return {"now": iso(cloud.world.now()), "offset_seconds": cloud.world.clock.offset_seconds}

    @app.get("/requests")
    async def requests(
        request_id: Name | None = None,
        conversation: Name | None = None,
        since: Name | None = None,
        limit: Annotated[int, Query(ge=1, le=10_000)] = 200,
    ) -> list[Json]:
        return cloud.request_log.find(request_id, conversation, since, limit)

    @app.post("/reset")
    async def reset() -> Json:
        cloud.reset()
        return {"status": "ok"}


def _account_view(cloud: Cloud, account: Json) -> Json:
    identity = cloud.world.identity
    users = []
    for user in identity.users.all_of(account["id"]):
        keys = [
            {"access_key": key["id"], "secret_key": key["secretKey"]}
            for key in identity.keys.all_of(account["id"], where={"userId": user["id"]})
        ]
        users.append(
            {
                "id": user["id"],
                "key": user["key"],
                "name": user["name"],
                "grants": user["grants"],
                "email": user["email"],
                "keys": keys,
            }
        )
    return {
        "id": account["id"],
        "key": account["key"],
        "name": account["name"],
        "plan": account["plan"],
        "industry": account["industry"],
        "language": account["language"],
        "balance": account["balance"],
        "service": account["isService"],
        "tam": account.get("tam"),
        "users": users,
    }


def _add_faults(app: FastAPI, cloud: Cloud) -> None:
    def view(rule: FaultRule) -> Json:
        return {name: getattr(rule, name) for name in FaultRule.__dataclass_fields__}

    @app.get("/faults")
    async def faults() -> list[Json]:
        return [view(rule) for rule in cloud.injector.rules.values()]

    @app.post("/faults", status_code=201)
    async def add_fault(request: FaultRequest) -> Json:
        with cloud.world.change():
            rule = FaultRule(id="fault-" + cloud.world.ids.text("fault", length=8), **request.model_dump())
        cloud.injector.add(rule)
        return view(rule)

    @app.delete("/faults")
    async def clear_faults() -> Json:
        count = len(cloud.injector.rules)
        cloud.injector.rules.clear()
        return {"removed": count}

    @app.delete("/faults/{fault_id}", responses={404: {"description": "no such fault"}})
    async def remove_fault(fault_id: Name) -> Json:
        if cloud.injector.rules.pop(fault_id, None) is None:
            raise HTTPException(404, f"there is no fault {fault_id!r} in force")
        return {"removed": 1}
