"""The ASGI application: HTTP doors, sockets, and what runs beside them while it is up."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import socketio
import structlog
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from redis.asyncio import Redis

from support import __version__, health, pages
from support.demo import scenarios as demo_scenarios
from support.demo import views as demo_views
from support.desk import views as desk_views
from support.desk.sockets import DeskDoor
from support.gateway import file_views
from support.gateway import views as chat_views
from support.gateway.sockets import ChatDoor
from support.internal import views as internal_views
from support.knowledge import pages as help_pages
from support.migrating import migrate
from support.origins import OriginRule
from support.scheduler import Duty, Scheduler
from support.security import BodyLimit, SecurityHeaders
from support.services import Services, build_services
from support.settings import Settings
from support.web import install_error_handlers

log = structlog.get_logger(__name__)
LARGEST_PACKET = 64 * 1024
PING_SECONDS = 20


def build_socket_server(settings: Settings) -> socketio.AsyncServer:
    """Fan-out inside this process, or over Redis to every instance."""
    redis = socketio.AsyncRedisManager(settings.redis_url) if settings.redis_url else None
    return socketio.AsyncServer(
        async_mode="asgi",
        client_manager=redis,
        cors_allowed_origins=OriginRule(settings.origins).allows,
        max_http_buffer_size=LARGEST_PACKET,
        ping_interval=PING_SECONDS,
    )


@contextlib.asynccontextmanager
async def running(services: Services) -> AsyncIterator[None]:
    """Migrate, plant what the demonstration needs, then keep the heartbeat and the workers alive."""
    await migrate(services.database)
    await services.agents.plant_demo()
    duties: dict[str, Duty] = {
        "turns": services.worker.resume,
        "wakeups": services.wakeups.fire_due,
        "ladder": services.ladder.fire_due,
        "articles": services.articles.refresh,
    }
    tasks = [asyncio.create_task(Scheduler(services.settings.tick_seconds, duties).run(), name="scheduler")]
    if services.settings.demo:
        tasks.append(asyncio.create_task(services.accounts.run(), name="accounts"))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await services.worker.stop()
        await services.assistant.close()
        if services.redis is not None:
            await services.redis.aclose()
        await services.database.close()


def build_http(settings: Settings, services: Services) -> FastAPI:
    """Every HTTP door; the description is at /openapi.json."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with running(services):
            yield

    app = FastAPI(title="Cloud support", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.services = services
    install_error_handlers(app)
    app.include_router(health.router)
    app.include_router(chat_views.router)
    app.include_router(file_views.router)
    app.include_router(desk_views.router)
    app.include_router(internal_views.router)
    if settings.demo:
        app.include_router(demo_views.router)
        app.include_router(demo_scenarios.router)
    app.include_router(help_pages.router)
    app.include_router(pages.router)
    app.add_middleware(BodyLimit, limit=settings.body_limit, upload_limit=settings.upload_limit, texts=services.texts)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.origins,
        allow_methods=["GET", "POST", "DELETE"],
        allow_headers=["Authorization", "Content-Type"],
    )
    return app


def build_app(settings: Settings) -> socketio.ASGIApp:
    """The whole process as one ASGI application. `settings` must be resolved."""
    server = build_socket_server(settings)
    redis = Redis.from_url(settings.redis_url) if settings.redis_url else None
    services = build_services(settings, server, redis)
    ChatDoor(services, server)
    DeskDoor(services, server)
    return socketio.ASGIApp(server, build_http(settings, services), socketio_path="socket.io")
