"""What a request costs in a small and in a large world: `python tests/load/cloudsim_growth.py SMALL LARGE`.

Both worlds are asked in turns inside one process, so that whatever else the machine does touches both alike; the
second lowest of ROUNDS turns counts. Processor milliseconds a request, through the door, signature included.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

from cloudsim_bench import PAGE, Account, signed_get

from cloudsim.bcc.kinds import INSTANCES
from cloudsim.cloud import Cloud
from cloudsim.protocol.door import Door
from contracts.clock import WorldClock

ROUNDS, ACCOUNTS, PAGES = 7, 20, 8
REQUESTS = {"list": 600, "detail": 1500}
Scope = dict[str, Any]


def scope_of(raw: bytes) -> Scope:
    """The ASGI scope of a request's bytes."""
    first, *lines = raw.decode().split("\r\n")
    method, target, _ = first.split(" ")
    path, _, query = target.partition("?")
    headers = [line.split(": ", 1) for line in lines if line]
    return {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
    }  # fmt: skip


class World:
    """A planted world and requests spread over its accounts and pages."""

    def __init__(self, folder: Path) -> None:
        cloud = Cloud(folder / "cloud.db", folder / "seed.yaml", WorldClock(folder / "clock.json"))
        self.door = Door(cloud.world, cloud.services, cloud.request_log, cloud.injector)
        self.scopes: dict[str, list[Scope]] = {"list": [], "detail": []}
        ranked = sorted(cloud.world.identity.accounts.scan(), key=lambda account: account["rank"])
        generated = [account["id"] for account in ranked if account["key"].startswith("generated-")]
        for account_id in generated[:ACCOUNTS]:
            pair = cloud.world.identity.keys.all_of(account_id)[0]
            self._collect(cloud, account_id, Account(pair["id"], pair["secretKey"]))

    def _collect(self, cloud: Cloud, account_id: str, key: Account) -> None:
        marker: str | None = None
        for _ in range(PAGES):
            page = cloud.world.collection(INSTANCES).page(account_id, "bj", marker, PAGE)
            if len(page.items) < PAGE:
                return
            query = f"maxKeys={PAGE}" + (f"&marker={marker}" if marker else "")
            self.scopes["list"].append(scope_of(signed_get(key, "/v2/instance", query)))
            details = (signed_get(key, "/v2/instance/" + one["id"], "") for one in page.items)
            self.scopes["detail"].extend(scope_of(raw) for raw in details)
            marker = page.next_marker
            if marker is None:
                return

    def cost(self, kind: str) -> float:
        """Processor milliseconds a request."""
        asked = self.scopes[kind]
        chosen = [asked[number % len(asked)] for number in range(REQUESTS[kind])]
        started = time.process_time()
        asyncio.run(self._ask(chosen))
        return (time.process_time() - started) / len(chosen) * 1000

    async def _ask(self, scopes: list[Scope]) -> None:
        for scope in scopes:
            await self.door(scope, _nothing, _checked)


async def _nothing() -> Scope:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _checked(message: Scope) -> None:
    if message.get("status", 200) != 200:
        raise RuntimeError(str(message))


def main(small: Path, large: Path) -> None:
    """Ask both in turns and print the costs and their ratio."""
    worlds = {"small": World(small), "large": World(large)}
    costs: dict[tuple[str, str], list[float]] = {}
    for _ in range(ROUNDS):
        for name, world in worlds.items():
            for kind in REQUESTS:
                costs.setdefault((kind, name), []).append(world.cost(kind))
    best = {key: sorted(found)[1] for key, found in costs.items()}
    figures = {
        kind: {
            "small ms": round(best[kind, "small"], 3), "large ms": round(best[kind, "large"], 3),
            "ratio": round(best[kind, "large"] / best[kind, "small"], 3),
        }
        for kind in REQUESTS
    }  # fmt: skip
    print(json.dumps(figures))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
