"""The door of the task engine: one turn in, one `Turn` out, everything outside asked for by yielded requests."""

from __future__ import annotations

import traceback
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

from actions.tasks.eventing import EVENTS
from actions.tasks.handing import step_of
from actions.tasks.model import Context, Event, Input, Turn, Utterance
from actions.tasks.playbook import load_checks, load_playbooks
from actions.tasks.playbook_texts import check_texts
from actions.tasks.ports import Steps
from actions.tasks.responding import respond
from actions.tasks.state import DialogueState
from actions.tasks.talk import Kit, Talk
from actions.tasks.texts import Texts


class Engine:
    """Built once from playbooks and texts; keeps no state of a conversation."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit

    @classmethod
    def load(cls, data: Path) -> Engine:
        """Read `data/playbooks` and `data/texts`; PlaybookError names file and line of the first fault."""
        books, texts = load_playbooks(data / "playbooks"), Texts.load(data / "texts")
        checks = load_checks(data / "playbooks")
        for book in books.values():
            check_texts(book, texts, checks)
        return cls(Kit(books, texts))

    def turn(self, state: DialogueState, given: Input, context: Context) -> Steps[Turn]:
        """Answer one input. The given state is not changed; the new one is in the result.

        A fault inside is answered honestly, leaves the state as it was, and is reported in `Turn.fault`.
        """
        talk = Talk(self.kit, self._usable(state, context), context)
        try:
            if isinstance(given, Event):
                yield from EVENTS[given.name](talk, given)
            else:
                yield from respond(talk, given)
            return self._made(talk, given)
        except Exception:
            return self._broken(state, given, context, traceback.format_exc())

    def _usable(self, state: DialogueState, context: Context) -> DialogueState:
        """A copy to work on. Tasks of skills that no longer exist (a newer model) are left behind."""
        mine = deepcopy(state)
        known = self.kit.books
        mine.stack = [task for task in mine.stack if task.skill in known]
        mine.watching = [task for task in mine.watching if task.skill in known and task.watch]
        mine.watching = [t for t in mine.watching if t.watch and t.watch.remedy in known[t.skill].remedies]
        for task in mine.stack:
            if task.proposal and task.proposal.remedy not in known[task.skill].remedies:
                task.proposal, task.question, task.checked = None, None, False
        mine.shelved = mine.shelved if mine.shelved and mine.shelved.skill in known else None
        mine.finished = mine.finished if mine.finished and mine.finished.skill in known else None
        if not mine.said and not mine.spoken and context.language_hint:
            mine.language = context.language_hint
        return mine

    def _made(self, talk: Talk, given: Input) -> Turn:
        state = talk.state
        talk.remember_spoken()
        if isinstance(given, Utterance) or given.name == "opened":
            state.seen_at = talk.now
        if talk.wakeups and talk.handoff is not None:
            talk.wakeups = []
        state.bound()
        task = state.task or (state.watching[-1] if state.watching else None)
        return Turn(
            messages=tuple(talk.said),
            state=state,
            language=state.language,
            intent=given.intent if isinstance(given, Utterance) else None,
            confidence=given.confidence if isinstance(given, Utterance) else None,
            wakeups=tuple(talk.wakeups),
            cancel_wakeups=talk.cancel_wakeups,
            handoff=talk.handoff,
            resolution=talk.resolution,
            task={"skill": task.skill, "step": step_of(task)} if task else None,
            slots=talk.changed,
        )

    def _broken(self, state: DialogueState, given: Input, context: Context, fault: str) -> Turn:
        talk = Talk(self.kit, self._usable(state, context), context)
        talk.say("error", "input.trouble", {}, (talk.button("human", "talk_to_human"),))
        return replace(self._made(talk, given), fault=fault)
