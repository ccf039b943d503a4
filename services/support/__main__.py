"""`python -m support` serves; `python -m support openapi` prints the API; `add-agent` adds a real agent."""

import argparse
import asyncio
import json
import sys

import uvicorn

from support.app import build_app, build_http, build_socket_server
from support.errors import SupportError
from support.services import build_services
from support.settings import Settings, SettingsError
from support.telemetry import configure_logging

SHUTDOWN_SECONDS = 5


def serve(settings: Settings) -> None:
    configure_logging()
    uvicorn.run(
        build_app(settings),
        host=settings.support_host,
        port=settings.support_port,
        log_level="warning",
        ws_max_size=64 * 1024,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        proxy_headers=True,
    )


def print_openapi(settings: Settings) -> None:
    services = build_services(settings, build_socket_server(settings), None)
    print(json.dumps(build_http(settings, services).openapi(), ensure_ascii=False, indent=1))


async def add_agent(settings: Settings, arguments: argparse.Namespace) -> None:
    """The password is read from standard input, so that it stands in no history."""
    from support.migrating import migrate

    services = build_services(settings, build_socket_server(settings), None)
    await migrate(services.database)
    fields = {
        "id": arguments.id,
        "email": arguments.email.strip().lower(),
        "name": arguments.name,
        "name_en": arguments.name_en,
        "role": arguments.role,
        "tiers": arguments.tiers.split(","),
        "products": [product for product in arguments.products.split(",") if product],
        "industries": [],
        "language": arguments.language,
        "on_duty": arguments.on_duty,
    }
    await services.agents.add(fields, sys.stdin.readline().rstrip("\n"))
    await services.database.close()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m support", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("openapi", help="print the description of the API")
    agent = commands.add_parser("add-agent", help="add an agent; the password comes on standard input")
    for name in ("--id", "--email", "--name"):
        agent.add_argument(name, required=True)
    agent.add_argument("--name-en", help="what customers who write English read, where it differs")
    agent.add_argument("--role", choices=("agent", "lead", "duty_manager"), default="agent")
    agent.add_argument("--tiers", default="tier1", help="comma-separated: tier1, tier2, tam")
    agent.add_argument("--products", default="", help="comma-separated products; empty for all")
    agent.add_argument("--language", choices=("zh", "en"), default="zh")
    agent.add_argument("--on-duty", action="store_true")
    arguments = parser.parse_args()
    try:
        settings = Settings().resolved()
    except SettingsError as error:
        print(f"support: {error}", file=sys.stderr)
        return 2
    if arguments.command == "openapi":
        print_openapi(settings)
    elif arguments.command == "add-agent":
        try:
            asyncio.run(add_agent(settings, arguments))
        except SupportError:
            print("support: the password must have 12-200 characters", file=sys.stderr)
            return 2
    else:
        serve(settings)
    return 0


if __name__ == "__main__":
    sys.exit(main())
