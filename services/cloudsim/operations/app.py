"""The operator API: the provider's own view, on its own port. Not part of the public protocol."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query

from cloudsim.bcc.kinds import INSTANCES
from cloudsim.cloud import Cloud
from cloudsim.operations.ageing import host_view
from cloudsim.operations.kinds import HOSTS, INCIDENTS, MAINTENANCE, PROVIDER
from cloudsim.operations.publishing import (
    IncidentUpdate,
    Name,
    NewIncident,
    NewMaintenance,
    announce_maintenance,
    publish_incident,
    repair_instance,
    replace_part,
    update_incident,
)
from cloudsim.store.collection import Document, Kind

Json = dict[str, Any]
Limit = Annotated[int, Query(ge=1, le=1000)]
MISSING: dict[int | str, Json] = {404: {"description": "there is no such thing"}}


def operator_app(cloud: Cloud) -> FastAPI:
    """The application of the operator port."""
    app = FastAPI(title="Simulated cloud: operations", version="1")
    _add_hosts(app, cloud)
    _add_incidents(app, cloud)
    _add_maintenance(app, cloud)
    return app


def _found(cloud: Cloud, kind: Kind, identifier: str) -> Document:
    document = cloud.world.collection(kind).get(identifier)
    if document is None:
        raise HTTPException(404, f"there is no {kind.name} {identifier!r}")
    return document


def _add_hosts(app: FastAPI, cloud: Cloud) -> None:
    world = cloud.world

    @app.get("/healthz")
    async def health() -> Json:
        return {"status": "ok"}

    @app.get("/hosts")
    async def hosts(
        zone: Name | None = None,
        past_warranty: bool | None = None,
        status: Name | None = None,
        marker: Name | None = None,
        limit: Limit = 100,
    ) -> Json:
        now = world.catch_up()
        page = world.collection(HOSTS).page(PROVIDER, None, marker, limit, {"zoneName": zone})
        views = [host_view(host, now) for host in page.items]
        wanted = [
            view
            for view in views
            if past_warranty in (None, view["past_warranty"]) and status in (None, view["status"])
        ]
        return {"hosts": wanted, "next_marker": page.next_marker}

    @app.get("/hosts/{host_id}", responses=MISSING)
    async def host(host_id: Name) -> Json:
        view = host_view(_found(cloud, HOSTS, host_id), world.catch_up())
        instances = world.collection(INSTANCES).everywhere("hostId", host_id)
        view["instances"] = [
            {
                "id": one["id"],
                "account_id": one["accountId"],
                "name": one["name"],
                "region": one["region"],
                "local_disk_gb": one["localDiskSizeInGB"],
            }
            for one in instances
        ]
        return view

    @app.post("/hosts/{host_id}/parts/{slot}/replace", responses=MISSING)
    async def replace(host_id: Name, slot: Name) -> Json:
        found, now = _found(cloud, HOSTS, host_id), world.catch_up()
        with world.change():
            if not replace_part(world, found, slot, now):
                raise HTTPException(404, f"host {host_id!r} has no slot {slot!r}")
        return host_view(found, now)

    @app.get("/instances/{instance_id}", responses=MISSING)
    async def instance(instance_id: Name) -> Json:
        found = _found(cloud, INSTANCES, instance_id)
        names = ("id", "accountId", "name", "region", "zoneName", "hostId", "rackId", "status", "localDiskSizeInGB")
        return {name: found[name] for name in names}

    @app.post("/instances/{instance_id}/repair", responses=MISSING)
    async def repair(instance_id: Name) -> Json:
        found, now = _found(cloud, INSTANCES, instance_id), world.catch_up()
        with world.change():
            repair_instance(world, found, now)
        return {"id": instance_id, "status": found["status"]}


def _add_incidents(app: FastAPI, cloud: Cloud) -> None:
    world = cloud.world

    @app.get("/incidents")
    async def incidents(
        status: Name | None = None, product: Name | None = None, region: Name | None = None, limit: Limit = 100
    ) -> list[Json]:
        found = world.collection(INCIDENTS).all_of(PROVIDER, region, {"status": status, "product": product})
        return sorted(found, key=lambda one: str(one["started"]), reverse=True)[:limit]

    @app.get("/incidents/{incident_id}", responses=MISSING)
    async def incident(incident_id: Name) -> Json:
        return _found(cloud, INCIDENTS, incident_id)

    @app.post("/incidents", status_code=201)
    async def publish(body: NewIncident) -> Json:
        now = world.catch_up()
        with world.change():
            return publish_incident(world, body, now)

    @app.post("/incidents/{incident_id}/updates", status_code=201, responses=MISSING)
    async def update(incident_id: Name, body: IncidentUpdate) -> Json:
        found, now = _found(cloud, INCIDENTS, incident_id), world.catch_up()
        with world.change():
            return update_incident(world, found, body, now)


def _add_maintenance(app: FastAPI, cloud: Cloud) -> None:
    world = cloud.world

    @app.get("/maintenance")
    async def maintenance(host_id: Name | None = None, limit: Limit = 100) -> list[Json]:
        found = world.collection(MAINTENANCE).all_of(PROVIDER, None, {"hostId": host_id})
        return sorted(found, key=lambda one: str(one["announced"]), reverse=True)[:limit]

    @app.post("/maintenance", status_code=201, responses=MISSING)
    async def announce(body: NewMaintenance) -> Json:
        now = world.catch_up()
        try:
            with world.change():
                return announce_maintenance(world, body, now)
        except LookupError:
            raise HTTPException(404, f"there is no host {body.host_id!r}") from None
