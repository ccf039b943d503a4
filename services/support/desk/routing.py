"""Who a case is for: its tier, its TAMs, whom a rung of the ladder rings, and who may read it."""

from dataclasses import dataclass
from pathlib import Path

import yaml
from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from support.customers.models import Account
from support.desk.models import Agent, Case, CasePerson

SEES_EVERYTHING = frozenset({"lead", "duty_manager"})


@dataclass(frozen=True)
class Tams:
    """Agent ids of an account's primary and backup TAM."""

    primary: str
    backup: str

    def both(self) -> list[str]:
        return [self.primary, self.backup]


class TamBook:
    """Who is whose TAM (data/desk/tam.yml): by account key where one is named, else by industry."""

    def __init__(self, file: Path) -> None:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
        self._accounts = {key: Tams(**pair) for key, pair in (data.get("accounts") or {}).items()}
        self._industries = {key: Tams(**pair) for key, pair in data["industries"].items()}
        self._default = Tams(**data["default"])

    def of(self, account: Account | None) -> Tams | None:
        """The TAMs of a key account; None for any other customer."""
        if account is None or account.plan != "key":
            return None
        return self._accounts.get(account.key) or self._industries.get(account.industry) or self._default


def tier_for(plan: str, wanted: str) -> str:
    """Key accounts go to their TAM; nobody else does."""
    if plan == "key":
        return "tam"
    return "tier2" if wanted == "tier2" else "tier1"


def _knows(agent: Agent, product: str | None) -> bool:
    return product is None or not agent.products or product in agent.products


def may_see(agent: Agent, case: Case, people: set[str]) -> bool:
    """Leads and duty managers; the tier of the case (tier 2: of its product); whoever it names or has rung."""
    if agent.role in SEES_EVERYTHING or agent.id == case.assignee_id or agent.id in people:
        return True
    if case.tier == "tam" or case.tier not in agent.tiers:
        return False
    return case.tier != "tier2" or _knows(agent, case.product)


def visible_to(agent: Agent) -> ColumnElement[bool]:
    """`may_see` as a condition on the table of cases."""
    if agent.role in SEES_EVERYTHING:
        return true()
    named = select(CasePerson.case_id).where(CasePerson.agent_id == agent.id)
    rules: list[ColumnElement[bool]] = [Case.assignee_id == agent.id, Case.id.in_(named)]
    if "tier1" in agent.tiers:
        rules.append(Case.tier == "tier1")
    if "tier2" in agent.tiers:
        known = true() if not agent.products else or_(Case.product.is_(None), Case.product.in_(agent.products))
        rules.append(and_(Case.tier == "tier2", known))
    return or_(false(), *rules)


async def people_of(session: AsyncSession, case_id: str) -> set[str]:
    return set((await session.execute(select(CasePerson.agent_id).where(CasePerson.case_id == case_id))).scalars())


async def add_people(session: AsyncSession, case_id: str, agent_ids: list[str], why: str) -> None:
    known = await people_of(session, case_id)
    session.add_all(
        CasePerson(case_id=case_id, agent_id=agent_id, why=why) for agent_id in agent_ids if agent_id not in known
    )
    await session.flush()


async def audience(session: AsyncSession, case: Case) -> list[str]:
    """Everyone who may see the case now."""
    people = await people_of(session, case.id)
    agents = (await session.execute(select(Agent))).scalars()
    return [agent.id for agent in agents if may_see(agent, case, people)]


def rung_agents(ring: list[str], case: Case, tams: Tams | None, agents: list[Agent]) -> list[Agent]:
    """Whom a rung rings. Names of rungs are explained in data/desk/sla.yml."""
    chosen: dict[str, Agent] = {}
    for name in ring:
        for agent in agents:
            if _is_rung(name, agent, case, tams):
                chosen[agent.id] = agent
    return list(chosen.values())


def _is_rung(name: str, agent: Agent, case: Case, tams: Tams | None) -> bool:
    is_agent = agent.role == "agent"
    tier1, tam = is_agent and "tier1" in agent.tiers, is_agent and "tam" in agent.tiers
    tier2 = is_agent and "tier2" in agent.tiers and _knows(agent, case.product)
    rules = {
        "primary": tams is not None and agent.id == tams.primary,
        "backup": tams is not None and agent.id == tams.backup,
        "tam_group": tam,
        "duty_tier1": tier1 and agent.on_duty,
        "duty_tier2": tier2 and agent.on_duty,
        "tier1": tier1,
        "tier2": tier2,
        "duty_manager": agent.role == "duty_manager",
        "queue": {"tier1": tier1, "tier2": tier2, "tam": tam}[case.tier],
    }
    return rules.get(name, False)
