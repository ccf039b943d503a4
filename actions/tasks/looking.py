"""Reading the cloud for a task: what the checks said becomes the task's facts."""

from __future__ import annotations

from actions.tasks.ports import Checked, CheckResult, FactValue, RunChecks, Steps
from actions.tasks.state import Task
from actions.tasks.talk import Talk


def facts_of(task: Task) -> dict[str, FactValue]:
    """Everything conditions may ask about: what the checks said, and the task's slots."""
    return dict(task.facts) | {f"slot.{slot}": value for slot, value in task.slots.items()}


def read(talk: Talk, task: Task, names: tuple[str, ...]) -> Steps[tuple[CheckResult, ...]]:
    """Run checks and take their facts into the task; a check that is unknown takes its old facts away."""
    params: dict[str, FactValue] = {**task.facts, **task.slots}
    reply = yield RunChecks(task.skill, names, params)
    found = {result.name: result for result in reply.results} if isinstance(reply, Checked) else {}
    results = tuple(found.get(name, CheckResult(name, "unknown")) for name in names)
    need = talk.book(task).resource_need
    resource_id = task.slots.get(need.slot) if need else None
    for result in results:
        task.facts = {name: value for name, value in task.facts.items() if not name.startswith(f"{result.name}.")}
        if result.state != "unknown":
            task.facts |= {f"{result.name}.{name}": value for name, value in result.facts.items()}
        for request_id in result.request_ids:
            talk.called(f"check.{result.name}", resource_id, result.state != "unknown", request_id)
        if result.name == "events" and result.facts.get("event_id"):
            entry = [str(result.facts["event_id"]), str(result.facts.get("status", ""))]
            talk.state.events = [e for e in talk.state.events if e[0] != entry[0]] + [entry]
    return results
