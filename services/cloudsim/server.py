"""Opens the ports: the public protocol, one port per service, the control port and the operator port."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
from dataclasses import dataclass
from typing import Any

import uvicorn
import uvloop
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from cloudsim.cloud import Cloud
from cloudsim.control.app import control_app
from cloudsim.operations.app import operator_app
from cloudsim.protocol.door import Door
from cloudsim.protocol.hosts import PORT_ORDER


class _Protocol(HttpToolsProtocol):
    """Gives the door the transport, for a fault that drops the line, and the request target as it was sent."""

    def on_headers_complete(self) -> None:
        self.scope["extensions"] = {"cloudsim": {"transport": self.transport, "target": self.url}}
        super().on_headers_complete()


@dataclass(frozen=True)
class Ports:
    """Which ports to open on `host`; None leaves one closed."""

    host: str = "127.0.0.1"
    main: int | None = 8600
    service_base: int | None = 8610
    control: int | None = None
    operator: int | None = None


def _server(app: Any, host: str, port: int) -> uvicorn.Server:
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=_Protocol,
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        timeout_keep_alive=30,
        server_header=False,
    )
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[assignment,method-assign]
    return server


def _servers(cloud: Cloud, ports: Ports) -> list[uvicorn.Server]:
    def door(only: str | None) -> Door:
        return Door(cloud.world, cloud.services, cloud.request_log, cloud.injector, only)

    servers = []
    if ports.main is not None:
        cloud.world.console_url = f"http://{ports.host}:{ports.main}"
        servers.append(_server(door(None), ports.host, ports.main))
    if ports.service_base is not None:
        for index, name in enumerate(PORT_ORDER):
            servers.append(_server(door(name), ports.host, ports.service_base + index))
    if ports.control is not None:
        servers.append(_server(control_app(cloud), ports.host, ports.control))
    if ports.operator is not None:
        servers.append(_server(operator_app(cloud), ports.host, ports.operator))
    return servers


async def _run(cloud: Cloud, ports: Ports) -> None:
    servers = _servers(cloud, ports)
    loop = asyncio.get_running_loop()

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)

    async def serve(server: uvicorn.Server) -> None:
        try:
            await server.serve()
        finally:
            stop()

    await asyncio.gather(*(serve(server) for server in servers))


def run(cloud: Cloud, ports: Ports) -> None:
    """Serve until SIGINT or SIGTERM, or until one of the ports cannot be opened.

    What the start has loaded is kept out of the garbage collector, whose full passes would show as slow answers.
    """
    gc.collect()
    gc.freeze()
    uvloop.run(_run(cloud, ports))
    cloud.close()
