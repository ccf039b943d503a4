"""Speed of turns, each sentence new: without cloud calls, and with a whole diagnosis (docs/performance.md).

Sentences come from the held-out sets, so none was seen in training and none repeats: no cache can answer. Exits with 1
when a median or the memory of the assistant is above its bar.
"""

import argparse
import json
import statistics
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
import requests
import yaml

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from local_stack import LocalStack, running_stack  # noqa: E402

QUIET = ("greet", "thank", "chitchat", "bot_challenge", "how_to", "out_of_scope")
WARM_UP = 5
# Milliseconds at the median, and MB after all turns.
TURN_BARS = {"without cloud calls": 80, "with diagnosis": 200}
ASSISTANT_MB = 900
INSTANCES = ("i-Dw7Lq2Xa", "i-Dw3Tn9Rb", "i-Dd5Kp8Mc", "i-Dt1Vh6Zd")


def sentences(language: str, intents: tuple[str, ...], limit: int) -> list[str]:
    held_out = yaml.safe_load((ROOT / "tests" / "nlu" / "heldout" / f"{language}.yml").read_text("utf-8"))
    rows = held_out if isinstance(held_out, list) else held_out["sentences"]
    return [row["text"] for row in rows if row["intent"] in intents][:limit]


class Gateway:
    """Plays the gateway at the assistant's door."""

    def __init__(self, stack: LocalStack) -> None:
        environment = stack.settings.environment
        self._url = f"{environment['ASSISTANT_URL']}/webhooks/support/turn"
        self._http = requests.Session()
        self._http.headers["Authorization"] = f"Bearer {environment['INTERNAL_TOKEN']}"
        accounts = requests.get(f"{stack.control_url}/accounts", timeout=10).json()
        account = next(one for one in accounts if one["key"] == "dawnlight")
        claims = {
            "sub": account["users"][0]["id"],
            "account_id": account["id"],
            "user_name": "Lin Xiao",
            "account_name": account["name"],
            "plan": account["plan"],
            "industry": account["industry"],
            "permissions": ["*"],
            "verified": True,
            "exp": datetime.now(timezone.utc) + timedelta(hours=1),
        }
        self._customer = jwt.encode(claims, environment["INTERNAL_SECRET"], algorithm="HS256")

    def turn(self, text: str, language: str) -> tuple[float, dict[str, Any]]:
        """(milliseconds, summary) of one turn in a conversation of its own."""
        body = {
            "conversation_id": f"c-{uuid4().hex}",
            "turn_id": f"m-{uuid4().hex}",
            "language_hint": language,
            "customer": self._customer,
            "input": {"kind": "text", "text": text},
        }
        begun = time.perf_counter()
        answer = self._http.post(self._url, json=body, timeout=60)
        milliseconds = (time.perf_counter() - begun) * 1000
        answer.raise_for_status()
        return milliseconds, json.loads(answer.text.splitlines()[-1])["summary"]


def percentiles(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        "turns": len(values),
        "p50_ms": round(statistics.median(ordered), 1),
        "p95_ms": round(ordered[int(len(ordered) * 0.95) - 1], 1),
        "max_ms": round(ordered[-1], 1),
    }


def measure(stack: LocalStack, limit: int) -> dict[str, dict[str, float]]:
    gateway = Gateway(stack)
    rows: dict[str, dict[str, float]] = {}
    for language in ("zh", "en"):
        quiet = sentences(language, QUIET, limit + WARM_UP)
        down = sentences(language, ("instance_down",), limit + WARM_UP)
        named = [f"{text} {INSTANCES[index % len(INSTANCES)]}" for index, text in enumerate(down)]
        for name, texts in (("without cloud calls", quiet), ("with diagnosis", named)):
            timed = [gateway.turn(text, language) for text in texts]
            rows[f"{name}, {language}"] = percentiles([milliseconds for milliseconds, _ in timed[WARM_UP:]])
    for process in ("assistant", "actions", "support", "cloud"):
        rows[f"memory of {process}"] = {"mb": round(stack.memory_mb(process))}
    return rows


def above_bars(rows: dict[str, dict[str, float]]) -> list[str]:
    """The rows that miss their bar."""
    slow = [
        row for row, figures in rows.items() if figures.get("p50_ms", 0) > TURN_BARS.get(row.rpartition(", ")[0], 0)
    ]
    return [*slow, *(["memory of assistant"] if rows["memory of assistant"]["mb"] > ASSISTANT_MB else [])]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, default=60, help="turns of each kind and language")
    with running_stack() as stack:
        rows = measure(stack, parser.parse_args().limit)
    for name, figures in rows.items():
        print(f"{name:<28} " + "  ".join(f"{key} {value}" for key, value in figures.items()))
    report = ROOT / "docs" / "reports" / "turns.json"
    report.write_text(json.dumps(rows, indent=1) + "\n")
    missed = above_bars(rows)
    print(f"above their bar: {', '.join(missed) or 'none'}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
