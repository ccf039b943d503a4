"""1,000 customer messages with random disconnects, duplicate sends and a crash of support in the middle.

None may be lost, none stored or answered twice, the order must hold, and what the socket heard must be the transcript.
Run: services/.venv/bin/python tests/load/delivery.py [--messages 1000] [--customers 5] [--crashes 1] [--seed 1]
"""

import argparse
import random
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

import socketio
from fake_assistant import FakeAssistant
from support_harness import Customer, FakeCloud, Support, eventually

DISCONNECT_SHARE = 0.03
DUPLICATE_SHARE = 0.15
ACK_SECONDS = 3.0
RETRY_SECONDS = 0.1
DRAIN_SECONDS = 400.0


@dataclass
class Talker:
    """A customer whose network is bad: sends until acknowledged, reconnects with the last number it has seen."""

    customer: Customer
    seed: int
    count: int
    heard: dict[int, dict[str, Any]] = field(default_factory=dict)
    conflicts: list[str] = field(default_factory=list)
    repeats: int = 0
    reconnects: int = 0
    done: int = 0

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)
        self._pause = threading.Event()
        self._client: socketio.Client | None = None

    def _connect(self) -> socketio.Client:
        while True:
            client = socketio.Client(reconnection=False)
            client.on("message", self._hear, namespace="/chat")
            auth = {"token": self.customer.token, "conversation_id": self.customer.id, "last_seq": self._contiguous()}
            try:
                client.connect(
                    self.customer.support.url, namespaces=["/chat"], auth=auth, transports=["websocket"], wait_timeout=5
                )
                self.reconnects += 1
                return client
            except Exception:
                self._pause.wait(RETRY_SECONDS)

    def _contiguous(self) -> int:
        seq = 0
        while seq + 1 in self.heard:
            seq += 1
        return seq

    def _hear(self, message: dict[str, Any]) -> None:
        known = self.heard.setdefault(message["seq"], message)
        if known != message:
            self.conflicts.append(f"seq {message['seq']}: {known} became {message}")

    def talk(self) -> None:
        self._client = self._connect()
        for number in range(self.count):
            if self._dice.random() < DISCONNECT_SHARE:
                self._hang_up()
            self._send_until_acknowledged(number)
            if self._dice.random() < DUPLICATE_SHARE:
                self.repeats += 1
                self._send_until_acknowledged(number)
            self.done += 1

    def _hang_up(self) -> None:
        """Half the time without a good-bye, as a lost network would."""
        assert self._client is not None
        if self._dice.random() < 0.5 and self._client.eio.ws is not None:
            self._client.eio.ws.sock.close()
        else:
            self._client.disconnect()
        self._client = self._connect()

    def _send_until_acknowledged(self, number: int) -> None:
        body = {"client_id": f"{self.seed}-{number}", "text": f"message {number}"}
        while True:
            assert self._client is not None
            try:
                if self._client.call("message", body, namespace="/chat", timeout=ACK_SECONDS)["ok"]:
                    return
            except Exception:
                self._client = self._connect()

    def finish(self) -> None:
        """Reconnect once more: the replay must complete what was heard."""
        if self._client is not None and self._client.connected:
            self._client.disconnect()
        self._client = self._connect()
        wanted = self.customer.transcript()[-1]["seq"]
        eventually(lambda: self._contiguous() >= wanted, f"everything heard up to {wanted}, {self._contiguous()}")
        self._client.disconnect()

    def faults(self) -> list[str]:
        """What is wrong with the transcript, or with what was heard of it."""
        transcript = self.customer.transcript()
        texts = [f"message {number}" for number in range(self.count)]
        checks = {
            "sequence numbers have gaps": [one["seq"] for one in transcript] == list(range(1, len(transcript) + 1)),
            "customer messages lost, doubled or out of order": self._texts(transcript, "customer") == texts,
            "answers lost, doubled or out of order": self._texts(transcript, "bot")
            == ["event opened", *(f"echo {text}" for text in texts)],
            "the socket heard something else": [self.heard[one["seq"]] for one in transcript] == transcript,
        }
        return self.conflicts + [f"{self.customer.id}: {what}" for what, holds in checks.items() if not holds]

    @staticmethod
    def _texts(transcript: list[dict[str, Any]], role: str) -> list[str]:
        return [one["text"] for one in transcript if one["role"] == role]


def run(messages: int, customers: int, crashes: int, seed: int, **environment: str) -> list[str]:
    """Returns the faults found; prints one line of figures."""
    cloud, assistant = FakeCloud(), FakeAssistant()
    with tempfile.TemporaryDirectory() as folder:
        support = Support(Path(folder), assistant.port, cloud.port, TURN_SLOW_SECONDS="60", **environment).start()
        try:
            return _talk(support, messages, customers, crashes, seed)
        finally:
            support.stop()
            assistant.stop()
            cloud.stop()


def _talk(support: Support, messages: int, customers: int, crashes: int, seed: int) -> list[str]:
    started = time.monotonic()
    talkers = [Talker(support.customer(None), seed * 1000 + place, messages // customers) for place in range(customers)]
    threads = [threading.Thread(target=talker.talk, daemon=True) for talker in talkers]
    for thread in threads:
        thread.start()
    for crash in range(crashes):
        share = messages * (crash + 1) // (crashes + 1)
        eventually(lambda share=share: sum(one.done for one in talkers) >= share, f"{share} messages", DRAIN_SECONDS)
        support.kill()
        support.start(wait_for_accounts=False)
    for thread in threads:
        thread.join(DRAIN_SECONDS)
    for talker in talkers:
        expected = f"echo message {talker.count - 1}"
        eventually(lambda talker=talker, text=expected: text in talker.customer.texts("bot"), expected, DRAIN_SECONDS)
        talker.finish()
    faults = [fault for talker in talkers for fault in talker.faults()]
    print(
        f"messages={messages} customers={customers} crashes={crashes} seed={seed}"
        f" repeats={sum(one.repeats for one in talkers)} connections={sum(one.reconnects for one in talkers)}"
        f" faults={len(faults)} seconds={time.monotonic() - started:.1f}"
    )
    return faults


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("messages", 1000), ("customers", 5), ("crashes", 1), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    given = parser.parse_args()
    faults = run(given.messages, given.customers, given.crashes, given.seed)
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
