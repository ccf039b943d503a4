"""Copies accounts and users from the cloud's control port (demonstration) into our tables."""

import asyncio
from typing import Any

import httpx
import structlog
from sqlalchemy import delete, func, select

from support.customers.models import Account, AccountUser
from support.database import Database, one_at_a_time

log = structlog.get_logger(__name__)
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 10.0
PAGE = 200
IMPORTING = 7_203_114_003


class AccountImport:
    """Waits politely for the cloud, then copies once."""

    def __init__(self, database: Database, control_url: str) -> None:
        self._database = database
        self._url = f"{control_url.rstrip('/')}/accounts"

    async def run(self) -> None:
        """Until it has worked once; longer and longer pauses in between."""
        wait = FIRST_WAIT_SECONDS
        while True:
            try:
                count = await self.copy()
                log.info("accounts_imported", count=count)
                return
            except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
                log.info("accounts_not_there_yet", error=f"{type(error).__name__}: {error}"[:200])
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)

    async def copy(self) -> int:
        """One pass over the control port's accounts; returns how many there are."""
        async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
            response = await client.get(self._url)
            response.raise_for_status()
            document = response.json()
        entries = document["accounts"] if isinstance(document, dict) else document
        for start in range(0, len(entries), PAGE):
            await self._store(entries[start : start + PAGE])
        return len(entries)

    async def _store(self, entries: list[dict[str, Any]]) -> None:
        async with self._database.write() as session:
            await one_at_a_time(session, IMPORTING)
            for entry in entries:
                await session.merge(
                    Account(
                        id=str(entry["id"]),
                        key=str(entry.get("key", entry["id"])),
                        name=_names(entry["name"]),
                        plan=str(entry.get("plan", "basic")),
                        industry=str(entry.get("industry", "other")),
                        regions=[str(region) for region in entry.get("regions", [])],
                    )
                )
                await session.flush()
                await session.execute(delete(AccountUser).where(AccountUser.account_id == str(entry["id"])))
                for user in entry.get("users", []):
                    session.add(
                        AccountUser(
                            account_id=str(entry["id"]),
                            user_id=str(user["id"]),
                            key=str(user.get("key", user["id"])),
                            name=_names(user["name"]),
                            permissions=_permissions(user.get("grants", {"*": "full"})),
                        )
                    )

    async def is_done(self) -> bool:
        async with self._database.read() as session:
            return bool(await session.scalar(select(func.count()).select_from(Account).limit(1)))


def _names(name: object) -> dict[str, Any]:
    return dict(name) if isinstance(name, dict) else {"zh": str(name), "en": str(name)}


def _permissions(grants: object) -> list[str]:
    """The cloud's grants (`{"bcc": "read"}`) as the context's permissions (`["bcc:read"]`)."""
    if isinstance(grants, dict):
        return [f"{service}:{access}" for service, access in grants.items()]
    return [str(grant) for grant in grants] if isinstance(grants, list) else []
