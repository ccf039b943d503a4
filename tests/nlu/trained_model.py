"""The trained model behind the same door that the assistant uses."""

import asyncio
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent

from bot.dialogue.payloads import safe_text


class TrainedModel:
    """A loaded model archive; parses one message as a first turn."""

    def __init__(self, path: Path) -> None:
        self.agent = Agent.load(str(path))

    def parse(self, text: str) -> dict[str, Any]:
        return asyncio.run(self.agent.parse_message(safe_text(text)))
