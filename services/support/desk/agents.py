"""Agents: signing in with a password, demonstration agents, presence."""

import asyncio
from pathlib import Path
from typing import Any

import yaml
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.clock import WorldClock
from support.database import Database, one_at_a_time
from support.desk.models import Agent
from support.errors import NotSignedIn, SupportError

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Demonstration passwords are printed on the sign-in page: making them slow to guess would only slow the start.
DEMO_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PRESENCES = ("online", "away", "offline")
LONGEST_PASSWORD = 200
PLANTING = 7_203_114_002


def agent_view(agent: Agent) -> dict[str, Any]:
    return {
        "id": agent.id,
        "name": agent.name,
        "role": agent.role,
        "tiers": agent.tiers,
        "products": agent.products,
        "language": agent.language,
        "presence": agent.presence,
    }


def _matches(password_hash: str, password: str) -> bool:
    try:
        return HASHER.verify(password_hash, password)
    except (Argon2Error, InvalidHashError):
        return False


class Agents:
    """Who may use the desk."""

    def __init__(self, database: Database, clock: WorldClock, file: Path, demo: bool) -> None:
        self._database = database
        self._clock = clock
        self._demo = demo
        self.demo_agents: list[dict[str, Any]] = (
            yaml.safe_load(file.read_text(encoding="utf-8"))["agents"] if demo else []
        )
        self._nobody = HASHER.hash("nobody signs in with this")

    async def plant_demo(self) -> None:
        """Store the demonstration's agents; hashes are made once."""
        async with self._database.read() as session:
            known = {agent.id: agent for agent in (await session.execute(select(Agent))).scalars()}
        for entry in self.demo_agents:
            fields = {name: value for name, value in entry.items() if name not in ("password", "about")}
            old = known.get(entry["id"])
            kept = old.password_hash if old is not None else ""
            if not _matches(kept, entry["password"]):
                kept = DEMO_HASHER.hash(entry["password"])
            await self._store(fields, kept, demo=True)

    async def add(self, fields: dict[str, Any], password: str) -> None:
        """A real agent, from the command line. Raises SupportError when the password is too short."""
        if not 12 <= len(password) <= LONGEST_PASSWORD:
            raise SupportError("bad_password")
        await self._store(fields, await asyncio.to_thread(HASHER.hash, password), demo=False)

    async def _store(self, fields: dict[str, Any], password_hash: str, demo: bool) -> None:
        async with self._database.write() as session:
            await one_at_a_time(session, PLANTING)
            agent = await session.get(Agent, fields["id"])
            if agent is None:
                agent = Agent(id=fields["id"], presence="offline")
                session.add(agent)
            for name, value in fields.items():
                setattr(agent, name, value)
            agent.password_hash, agent.demo = password_hash, demo

    async def sign_in(self, email: object, password: object) -> Agent:
        """The agent with these credentials. Raises NotSignedIn, after the same work for unknown addresses."""
        if not isinstance(email, str) or not isinstance(password, str) or len(password) > LONGEST_PASSWORD:
            raise NotSignedIn("bad_credentials")
        async with self._database.read() as session:
            found = await session.execute(select(Agent).where(Agent.email == email.strip().lower()))
            agent = found.scalar_one_or_none()
        usable = agent if agent is not None and (self._demo or not agent.demo) else None
        stored = usable.password_hash if usable is not None else self._nobody
        if not await asyncio.to_thread(_matches, stored, password) or usable is None:
            raise NotSignedIn("bad_credentials")
        return usable

    async def get(self, agent_id: str) -> Agent:
        async with self._database.read() as session:
            agent = await session.get(Agent, agent_id)
        if agent is None or (agent.demo and not self._demo):
            raise NotSignedIn("bad_token")
        return agent

    async def come_or_go(self, agent_id: str, present: bool) -> None:
        """The first socket makes an offline agent online, the last one lost the other way round; away stays away."""
        before, after = ("offline", "online") if present else ("online", "offline")
        async with self._database.write() as session:
            await session.execute(
                update(Agent)
                .where(Agent.id == agent_id, Agent.presence == before)
                .values(presence=after, presence_at=self._clock.now())
            )

    async def set_presence(self, agent_id: str, status: object) -> Agent:
        if status not in PRESENCES:
            raise SupportError("bad_presence")
        async with self._database.write() as session:
            agent = await session.get_one(Agent, agent_id)
            agent.presence, agent.presence_at = str(status), self._clock.now()
        return agent


async def free_agents(session: AsyncSession) -> list[Agent]:
    """Those online, whatever their tier."""
    return list((await session.execute(select(Agent).where(Agent.presence == "online"))).scalars())
