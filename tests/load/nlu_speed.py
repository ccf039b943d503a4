# ruff: noqa: E402 - thread limits must be set before the libraries load
"""Latency of one new sentence through the whole pipeline, against Rasa's stock pipeline in the same run.

Run: ``python tests/load/nlu_speed.py [--model PATH] [--sentences N]`` in the root environment, on an idle core.
The sentences are those of the development set that have about sixteen encoder tokens, both languages in turn; every one
is new to the process, so nothing is remembered. One thread, one process. The stock pipeline is trained on a sample of
the same training sentences (on all of them it takes over ten minutes; fewer sentences mean fewer features), for one
epoch (its parse costs the same as after a hundred). Prints p50 and p95 in milliseconds and the ratio; exits with 1 when
a bar of the product is missed (p50 8 ms, p95 20 ms, twice the speed of the stock parse, and a second for the longest
message that is all entities, seams and negations). The line of the yardstick tells what a machine is worth: the engine
that the encoder's package carries, on one sentence, took 42 ms on the machine that the bars were written for.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import random
import resource
import statistics
import sys
import tempfile
import time
import warnings
from pathlib import Path

from contracts.processor import blas_kernel

for _name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "TF_INTRA_OP_PARALLELISM_THREADS"):
    os.environ.setdefault(_name, "1")
os.environ.update(blas_kernel())
os.environ.setdefault("TF_INTER_OP_PARALLELISM_THREADS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
warnings.filterwarnings("ignore")

import structlog
import yaml
from rasa.core.agent import Agent

from bot.nlu.e5.model import shared_e5
from bot.nlu.encoder import BundledEncoder
from bot.nlu.evaluation.heldout import DEVELOPMENT, load
from bot.nlu.evaluation.rivals import train_stock
from bot.nlu.utterance import MAX_CHARACTERS

P50_BAR, P95_BAR, RATIO_BAR, LONGEST_BAR = 8.0, 20.0, 2.0, 1000.0
# Repeated to the longest message that is read: each kind of rule at its worst.
HOSTILE = (
    "users in beijing ",
    "we want double the ",
    "restart it ",
    "at the renewal ",
    "HK$1,000 RMB 3 ",
    "restart web-01 and then ",
    "别重启了，",
    "上海的用户说北京慢，",
    "it's not the server, it's the db. ",
    "between 1:30 and 3:00 last night in gz and bd, ",
    "ERROR web-01 connect to 10.0.0.3:3306 timed out (110)\n",
)
_YARD, _YARD_MS = "My VM crashed, how do I fix it?", 42.2
_WARM_UP = 20
_BLOCK = 20
# The stock pipeline learns one training sentence in so many.
_STOCK_STEP = 10
_OURS, _STOCK = "this assistant", "Rasa stock (DIET)"
# Encoder tokens of the sentences as published, with both marks.
_LEAST_TOKENS, _MOST_TOKENS = 13, 19
# Of them the assistant leaves one out.
_LEFT_OUT = {"zh": 0, "en": 1}


def sentences(count: int, seed: int = 7) -> list[str]:
    """Distinct sentences of the usual length, Chinese and English in turn; the same for the same seed."""
    model, chance, chosen = shared_e5(), random.Random(seed), []
    for part in ("zh", "en"):
        texts = [sentence.text for sentence in load([part], DEVELOPMENT)]
        fitting = [text for text in texts if _LEAST_TOKENS <= len(model.ids(text)) + _LEFT_OUT[part] <= _MOST_TOKENS]
        chosen.append(chance.sample(fitting, min(len(fitting), (count + 1) // 2)))
    return [text for pair in zip(*chosen, strict=False) for text in pair][:count]


def training_sentences() -> list[tuple[str, str]]:
    """What the assistant is trained on: text and intent."""
    rows = []
    for path in sorted(Path("data/nlu").glob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            rows += [(line.removeprefix("- "), block["intent"]) for line in block["examples"].splitlines()]
    return rows


async def _measure(agents: dict[str, Agent], texts: list[str]) -> dict[str, list[tuple[float, float]]]:
    """Wall and CPU milliseconds of every parse.

    The agents take turns, so that a busy moment hits both, and in blocks, since in a process of its own neither finds
    the other's weights in the cache.
    """
    durations: dict[str, list[tuple[float, float]]] = {name: [] for name in agents}
    for start in range(0, len(texts), _BLOCK):
        for name, agent in agents.items():
            for text in texts[start : start + _BLOCK]:
                wall, work = time.perf_counter(), time.process_time()
                await agent.parse_message(text)
                durations[name].append(((time.perf_counter() - wall) * 1000, (time.process_time() - work) * 1000))
    return {name: pairs[_WARM_UP:] for name, pairs in durations.items()}


async def _longest(agent: Agent) -> float:
    """Milliseconds of the slowest hostile message."""
    slowest = 0.0
    for piece in HOSTILE:
        begun = time.perf_counter()
        await agent.parse_message((piece * MAX_CHARACTERS)[:MAX_CHARACTERS])
        slowest = max(slowest, (time.perf_counter() - begun) * 1000)
    return slowest


def _yardstick() -> float:
    """Milliseconds of the bundled engine for one sentence of 16 tokens, median of 30."""
    engine, durations = BundledEncoder(), []
    for _ in range(30):
        begun = time.perf_counter()
        engine.encode([_YARD])
        durations.append((time.perf_counter() - begun) * 1000)
    return statistics.median(durations)


def _percentile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _latest_model() -> Path:
    found = sorted(Path("models").glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if not found:
        sys.exit("no model under models/: train first (make train), or name one with --model")
    return found[-1]


def main() -> int:
    """Measure both pipelines and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--sentences", type=int, default=400)
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    logging.getLogger("rasa").setLevel(logging.ERROR)
    texts = sentences(options.sentences + _WARM_UP)
    ours = Agent.load(str(options.model or _latest_model()))
    asyncio.run(_measure({_OURS: ours}, texts[:_WARM_UP]))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    longest = asyncio.run(_longest(ours))
    with tempfile.TemporaryDirectory() as folder:
        stock = train_stock(training_sentences()[::_STOCK_STEP], Path(folder), epochs=1)
        agents = {_OURS: ours, _STOCK: Agent.load(str(stock))}
        measured = asyncio.run(_measure(agents, texts))
    print(f"{'pipeline':<22}{'p50 ms':>9}{'p95 ms':>9}{'CPU p50':>9}{'CPU p95':>9}")
    for name, pairs in measured.items():
        wall, work = sorted(pair[0] for pair in pairs), sorted(pair[1] for pair in pairs)
        cells = (_percentile(wall, 0.5), _percentile(wall, 0.95), _percentile(work, 0.5), _percentile(work, 0.95))
        print(f"{name:<22}" + "".join(f"{cell:>9.1f}" for cell in cells))
    wall, theirs = sorted(pair[0] for pair in measured[_OURS]), sorted(pair[0] for pair in measured[_STOCK])
    p50, p95 = _percentile(wall, 0.5), _percentile(wall, 0.95)
    ratio = _percentile(theirs, 0.5) / p50
    print(f"stock / ours at p50: {ratio:.1f}; peak memory with our model only: {memory:.0f} MB")
    print(f"slowest message of {MAX_CHARACTERS} characters: {longest:.0f} ms")
    print(f"yardstick: {_yardstick():.0f} ms ({_YARD_MS:.0f} on the machine of the bars)")
    return 0 if p50 <= P50_BAR and p95 <= P95_BAR and ratio >= RATIO_BAR and longest <= LONGEST_BAR else 1


if __name__ == "__main__":
    sys.exit(main())
