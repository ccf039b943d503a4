"""The customer's side of waiting: entering the queue, being told place and time, leaving it."""

from typing import Any

from contracts.ids import new_id
from support.desk.audit import record
from support.desk.cards import people_coming, publish_case, publish_state, queue_position
from support.desk.clockwork import stop_timers
from support.desk.intake import Intake, Request
from support.desk.models import Case
from support.desk.routing import TamBook
from support.desk.targets import Targets
from support.gateway.conversation import Draft, Work, seconds_since
from support.gateway.floor import Owner, move_floor
from support.gateway.models import Message
from support.gateway.packet import minimal_packet
from support.gateway.pending import add_event
from support.texts import Texts

BACK_TO_BOT = "/gateway_back_to_bot"


class Queue:
    """Moves conversations into and out of the queue, inside the caller's unit of work."""

    def __init__(self, intake: Intake, targets: Targets, tams: TamBook, texts: Texts, notice_seconds: float) -> None:
        self._intake = intake
        self._targets = targets
        self.tams = tams
        self._texts = texts
        self._notice_seconds = notice_seconds

    async def say(
        self, work: Work, name: str, kind: str = "notice", buttons: list[dict[str, Any]] | None = None, **values: object
    ) -> Message:
        """A system message in the customer's language."""
        text = self._texts(name, work.language, **values)
        return await work.append(Draft("system", text, new_id("s"), kind, buttons=buttons or []))

    async def enter(self, work: Work, seen: Owner, request: Request) -> Case:
        """Bot to queue, with the case: one transaction with whatever else the caller stores. Raises FloorMoved."""
        await move_floor(work.session, work.conversation, seen, "handoff")
        work.conversation.silence_due_at = None
        case = await self._intake.open(work, request)
        await self._tell_place(work, case)
        await publish_state(work, self.tams)
        return case

    async def request_human(self, work: Work) -> Case:
        """The customer asked a gateway button for a human: the assistant may not be there to write a packet."""
        packet = await minimal_packet(work)
        return await self.enter(work, Owner.of(work.conversation), self._intake.from_packet(packet))

    async def remind(self, work: Work, case: Case) -> None:
        """Place and time again, not more often than every `notice_seconds`."""
        if seconds_since(work.conversation.queue_notice_at, work.clock.now()) >= self._notice_seconds:
            await self._tell_place(work, case)

    async def leave(self, work: Work) -> None:
        """Queue to bot, because the customer wants to. Raises FloorMoved."""
        await move_floor(work.session, work.conversation, Owner.of(work.conversation), "queue_left")
        now = work.clock.now()
        case = await work.session.get(Case, work.conversation.case_id) if work.conversation.case_id else None
        await self.say(work, "queue_left")
        if case is not None:
            case.status, case.outcome, case.closed_at = "closed", "queue_left", now
            record(work.session, case.id, now, "queue_left", "customer")
            await stop_timers(work.session, case, now, met=False)
            await publish_case(work, case)
        work.conversation.case_id = None
        await add_event(work, "queue_left", {})
        await publish_state(work, self.tams)

    async def _tell_place(self, work: Work, case: Case) -> None:
        now = work.clock.now()
        work.conversation.queue_notice_at = now
        position = await queue_position(work.session, case)
        people = await people_coming(work.session, case, self.tams, work.language)
        assert case.target_at is not None
        until = self._targets.local_time(case.target_at, now)
        name = "queue_place_named" if people else "queue_place"
        if (case.target_at - now).total_seconds() < 0:
            name = "queue_late"
        who = "、".join(people) if work.language == "zh" else ", ".join(people)
        buttons = [{"title": self._texts("button_back_to_bot", work.language), "payload": BACK_TO_BOT}]
        await self.say(work, name, buttons=buttons, case=case.id, position=position, until=until, who=who)
