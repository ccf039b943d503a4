"""The door of the task engine: one turn in, one `Turn` out, everything outside asked for by yielded requests."""

from __future__ import annotations

from pathlib import Path

from actions.tasks.model import Context, Input, Turn
from actions.tasks.ports import Steps
from actions.tasks.state import DialogueState


class Engine:
    """Built once from playbooks and texts; keeps no state of a conversation."""

    @classmethod
    def load(cls, data: Path) -> Engine:
        """Read `data/playbooks` and `data/texts`; PlaybookError names file and line of the first fault."""
        raise NotImplementedError(data)

    def turn(self, state: DialogueState, given: Input, context: Context) -> Steps[Turn]:
        """Answer one input. The given state is not changed; the new one is in the result."""
        raise NotImplementedError
        yield
