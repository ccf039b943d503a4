"""The operator API: the provider's own view, on its own port. Not part of the public protocol."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query

from cloudsim.bcc.kinds import INSTANCES
from cloudsim.cloud import Cloud
from cloudsim.operations.kinds import HOSTS, PROVIDER

Json = dict[str, Any]


def operator_app(cloud: Cloud) -> FastAPI:
    """The application of the operator port."""
    app = FastAPI(title="Simulated cloud: operations", version="1")

    @app.get("/hosts")
    async def hosts(
        zone: str | None = None,
        marker: str | None = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> Json:
        page = cloud.world.collection(HOSTS).page(PROVIDER, None, marker, limit, {"zoneName": zone})
        return {"hosts": page.items, "next_marker": page.next_marker}

    @app.get("/hosts/{host_id}")
    async def host(host_id: str) -> Json:
        found = cloud.world.collection(HOSTS).get(host_id)
        if found is None:
            raise HTTPException(404, f"there is no host {host_id!r}")
        instances = cloud.world.collection(INSTANCES).everywhere("hostId", host_id)
        affected = [{"id": one["id"], "account_id": one["accountId"], "name": one["name"]} for one in instances]
        return {**found, "instances": affected}

    return app
