"""The one Rasa action: it runs the task engine on a message and tells Rasa what came of it."""

import asyncio
import json
import logging
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.checks.view import CloudView
from actions.clients.cloud import Transport
from actions.clients.regions import Regions
from actions.clients.roles import RoleBroker, User
from actions.clients.signing import Credentials
from actions.clients.support import SupportClient
from actions.shell import Shell
from actions.tasks.engine import Engine
from actions.tasks.model import Context, Customer, Event, Input, Turn, Utterance
from actions.tasks.ports import drive
from actions.tasks.state import DialogueState
from contracts.clock import WorldClock

logger = logging.getLogger(__name__)
FORM = "task_form"
DATA = Path(__file__).parents[1] / "data"
TURN_WORKERS = 8
CALL_WORKERS = 24
"""Calls wait on the network, not on the processor; turns and calls have pools of their own so that none starves."""


class Surroundings:
    """What every turn shares: the engine, the connections, the pools."""

    def __init__(self) -> None:
        self.engine = Engine.load(DATA)
        self.clock = WorldClock()
        self.turns = ThreadPoolExecutor(TURN_WORKERS, "turn")
        self.calls = ThreadPoolExecutor(CALL_WORKERS, "call")
        self.transport = Transport(
            os.environ.get("CLOUD_GATEWAY"), clock=lambda: time.monotonic() + self.clock.offset_seconds
        )
        own = Credentials(os.environ.get("CLOUD_ACCESS_KEY", ""), os.environ.get("CLOUD_SECRET_KEY", ""))
        self.broker = RoleBroker(self.transport, own)
        configured = tuple(os.environ.get("CLOUD_REGIONS", "bj,gz,su").split(","))
        self.regions = Regions(self.transport, own, configured)
        self.support = SupportClient(
            os.environ.get("SUPPORT_URL", "http://127.0.0.1:8000"), os.environ.get("INTERNAL_TOKEN", "")
        )

    def view_of(self, context: Context) -> CloudView | None:
        customer = context.customer
        if customer is None or not customer.verified:
            return None
        user = User(customer.account_id, customer.user_id)
        return CloudView(
            self.transport, self.broker, user, context.conversation_id, self.regions.all(), context.now, self.calls
        )


def read_input(latest: dict[str, Any], turn_id: str) -> Input:
    """The engine's input from Rasa's latest message."""
    metadata = latest.get("metadata") or {}
    if metadata.get("kind") == "event":
        return Event(metadata["event"], metadata.get("data") or {}, turn_id)
    return Utterance.from_parse(latest.get("text") or "", turn_id, latest, payload=metadata.get("kind") == "payload")


def read_context(latest: dict[str, Any], conversation_id: str, clock: WorldClock) -> Context:
    """Who is asking, from the connection's signed claims (the channel has checked them)."""
    metadata = latest.get("metadata") or {}
    claims = metadata.get("customer")
    hint = metadata.get("language_hint")
    return Context(
        conversation_id=conversation_id,
        now=clock.now(),
        customer=Customer.from_claims(claims) if claims else None,
        language_hint=hint if hint in ("zh", "en") else None,
    )


def run_turn(surroundings: Surroundings, tracker: dict[str, Any]) -> Turn:
    """One turn, on a worker thread. `tracker` is Rasa's current state."""
    latest = tracker["latest_message"]
    context = read_context(latest, tracker["sender_id"], surroundings.clock)
    state = DialogueState.from_json(tracker["slots"].get("dialogue"))
    turn_id = latest.get("message_id") or _last_message_id(tracker)
    shell = Shell(context, surroundings.support, surroundings.view_of(context))
    turn = drive(surroundings.engine.turn(state, read_input(latest, turn_id), context), shell.answer)
    if turn.fault:
        logger.error("turn %s of %s: %s", turn_id, tracker["sender_id"], turn.fault)
    return turn


def _last_message_id(tracker: dict[str, Any]) -> str:
    """The action server gets the latest message without its id; the event has it."""
    for event in reversed(tracker.get("events") or []):
        if event.get("event") == "user":
            return str(event.get("message_id") or "")
    return ""


def events_of(turn: Turn, slots: dict[str, Any]) -> list[EventType]:
    """The turn as Rasa events: the dialogue's state, the slots that changed, and whether an answer is awaited."""
    events: list[EventType] = [SlotSet("dialogue", turn.state.to_json())]
    events += [SlotSet(name, value) for name, value in turn.slots.items() if name in slots and slots[name] != value]
    skill = turn.task["skill"] if turn.task else None
    if slots.get("task") != skill:
        events.append(SlotSet("task", skill))
    if slots.get("language") != turn.language:
        events.append(SlotSet("language", turn.language))
    step = turn.task["step"] if turn.task else ""
    awaited = step.partition(":")[2] if step.startswith("ask:") else None
    if slots.get("requested_slot") != awaited:
        events.append(SlotSet("requested_slot", awaited))
    events.append(ActiveLoop(FORM if turn.task else None))
    return events


class TaskForm(Action):
    """Overrides the form of the same name: asking, checking and acting are the task engine's (docs/dialogue.md)."""

    surroundings: Surroundings | None = None

    def name(self) -> str:
        return FORM

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        if TaskForm.surroundings is None:
            TaskForm.surroundings = Surroundings()
        state = {
            "sender_id": tracker.sender_id,
            "slots": tracker.slots,
            "latest_message": tracker.latest_message,
            "events": tracker.events,
        }
        loop = asyncio.get_running_loop()
        turn = await loop.run_in_executor(TaskForm.surroundings.turns, run_turn, TaskForm.surroundings, state)
        for say in turn.messages:
            buttons = [{"title": button.title, "payload": button.payload} for button in say.buttons]
            custom = {"kind": say.kind, "card": dict(say.card) if say.card else None}
            dispatcher.utter_message(text=say.text, buttons=buttons, json_message=custom)
        dispatcher.utter_message(json_message={"summary": json.loads(json.dumps(turn.summary()))})
        return events_of(turn, tracker.slots)


class FallbackToTask(TaskForm):
    """Whatever Rasa's policies do not know is the task engine's too."""

    def name(self) -> str:
        return "action_default_fallback"
