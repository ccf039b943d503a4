"""Scenarios and money on the control port."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Path
from pydantic import BaseModel, Field

from cloudsim.cloud import Cloud
from cloudsim.faults import scenarios
from cloudsim.store.collection import Document

Json = dict[str, Any]
Name = Annotated[str, Field(max_length=128)]
# Told apart from "active", which lists those in force.
ScenarioId = Annotated[str, Path(max_length=128, pattern="^scn-")]
NOT_IN_FORCE: dict[int | str, Json] = {404: {"description": "no such scenario in force"}}


class ScenarioRequest(BaseModel):
    """A scenario to inject; without a resource the first that fits is taken, in the account when one is named."""

    scenario: Name
    account_id: Name | None = None
    resource_id: Name | None = None


class DeedRequest(BaseModel):
    """A process outside the cloud's API that is through: `FileIcp`, `BuyQps` …"""

    deed: Name


class RechargeRequest(BaseModel):
    """Cash in yuan that the account pays in."""

    amount: Annotated[float, Field(gt=0, le=10_000_000)]


def scenario_view(cloud: Cloud, scenario: Document) -> Json:
    """A scenario in force with its ground truth."""
    spec = cloud.world.book[scenario["name"]]
    return {
        "id": scenario["id"],
        "scenario": scenario["name"],
        "account_id": scenario["accountId"],
        "resource_id": scenario["resourceId"],
        "status": scenario["status"],
        "since": scenario["since"],
        "cured_by": scenario.get("curedBy"),
        "ground_truth": spec.ground_truth(),
    }


def add_scenarios(app: FastAPI, cloud: Cloud) -> None:
    """Add the scenario routes."""
    world = cloud.world

    @app.get("/scenarios")
    async def known() -> list[Json]:
        return [
            {
                "name": spec.name,
                "title": spec.title,
                "product": spec.product,
                "severity": spec.severity,
                "topic": spec.topic,
                "cause": spec.cause,
                "target": spec.target,
            }
            for spec in world.book.values()
        ]

    @app.post("/scenarios", status_code=201, responses={409: {"description": "nothing to inject it on"}})
    async def inject(request: ScenarioRequest) -> Json:
        now = world.catch_up()
        try:
            with world.change():
                scenario = scenarios.inject(world, request.scenario, now, request.account_id, request.resource_id)
        except scenarios.ScenarioError as error:
            raise HTTPException(409, str(error)) from None
        return scenario_view(cloud, scenario)

    @app.get("/scenarios/active")
    async def in_force() -> list[Json]:
        world.catch_up()
        found = [*scenarios.active(world), *scenarios.active(world, "dormant")]
        return [scenario_view(cloud, scenario) for scenario in found]

    @app.get("/scenarios/{scenario_id}", responses=NOT_IN_FORCE)
    async def one(scenario_id: ScenarioId) -> Json:
        world.catch_up()
        scenario = world.collection(scenarios.SCENARIOS).get(scenario_id)
        if scenario is None:
            raise HTTPException(404, f"there is no scenario {scenario_id!r}")
        return scenario_view(cloud, scenario)

    @app.delete("/scenarios/{scenario_id}", responses=NOT_IN_FORCE)
    async def withdraw(scenario_id: ScenarioId) -> Json:
        now = world.catch_up()
        try:
            with world.change():
                scenarios.withdraw(world, scenario_id, now)
        except scenarios.ScenarioError as error:
            raise HTTPException(404, str(error)) from None
        return {"removed": 1}

    @app.delete("/scenarios")
    async def withdraw_all() -> Json:
        now = world.catch_up()
        found = [*scenarios.active(world), *scenarios.active(world, "dormant")]
        with world.change():
            for scenario in reversed(found):
                scenarios.withdraw(world, scenario["id"], now)
        return {"removed": len(found)}


def add_outside(app: FastAPI, cloud: Cloud) -> None:
    """Add what the public protocol has no operation for: money that comes in, and processes outside the cloud."""
    world = cloud.world

    @app.post("/scenarios/{scenario_id}/deeds", responses={409: {"description": "not in force, or not told but done"}})
    async def tell(scenario_id: ScenarioId, request: DeedRequest) -> Json:
        now = world.catch_up()
        try:
            with world.change():
                scenario = scenarios.told(world, scenario_id, request.deed, now)
        except scenarios.ScenarioError as error:
            raise HTTPException(409, str(error)) from None
        return scenario_view(cloud, scenario)

    @app.post("/accounts/{account_id}/recharge", responses={404: {"description": "no such account"}})
    async def recharge(account_id: Name, request: RechargeRequest) -> Json:
        now = world.catch_up()
        account = world.identity.accounts.get(account_id)
        if account is None:
            raise HTTPException(404, f"there is no account {account_id!r}")
        account["balance"] = round(account["balance"] + request.amount, 2)
        with world.change():
            world.identity.accounts.put(account)
            scenarios.react(world, "Recharge", account_id, {"settled": account["balance"] >= 0}, now)
        return {"account_id": account_id, "balance": account["balance"]}
