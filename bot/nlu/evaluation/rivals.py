"""Other systems on the same sentences: Rasa's stock pipeline and NLP.js. Neither is part of the assistant."""

from __future__ import annotations

import asyncio
import json
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import yaml

Answer = tuple[str, float]
Answers = dict[str, list[Answer]]
Rows = Sequence[tuple[str, str]]

STOCK_PIPELINE: list[dict[str, object]] = [
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
]
_NLPJS_TIMEOUT = 1800
_NLPJS_SCRIPT = """
const { NlpManager } = require('node-nlp');
const { readFileSync, writeFileSync } = require('fs');
(async () => {
  const job = JSON.parse(readFileSync('job.json', 'utf8'));
  const manager = new NlpManager({ languages: [job.language], nlu: { log: false }, autoSave: false });
  for (const [text, intent] of job.train) manager.addDocument(job.language, text, intent);
  const started = Date.now();
  await manager.train();
  const result = { seconds: (Date.now() - started) / 1000, answers: {} };
  for (const [part, texts] of Object.entries(job.asked)) {
    result.answers[part] = [];
    for (const text of texts) {
      const best = (await manager.process(job.language, text)).classifications.filter((c) => c.intent !== 'None');
      result.answers[part].push(best.length ? [best[0].intent, best[0].score] : ['None', 0]);
    }
  }
  writeFileSync('result.json', JSON.stringify(result));
})();
"""


def nlpjs_answers(
    language: str, train: Sequence[tuple[str, str]], asked: dict[str, list[str]]
) -> tuple[Answers, float]:
    """NLP.js with its defaults. Raises ``subprocess.CalledProcessError`` when npm or node fail."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "run.js").write_text(_NLPJS_SCRIPT)
        job = {"language": language, "train": list(train), "asked": asked}
        (folder / "job.json").write_text(json.dumps(job))
        for command in (["npm", "install", "--silent", "--no-save", "node-nlp@4"], ["node", "run.js"]):
            subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=_NLPJS_TIMEOUT)
        result = json.loads((folder / "result.json").read_text())
    answers = {part: [(intent, float(score)) for intent, score in rows] for part, rows in result["answers"].items()}
    return answers, float(result["seconds"])


def train_stock(rows: Rows, folder: Path, epochs: int) -> Path:
    """Train Rasa's stock pipeline on rows of text and intent; the archive in ``folder``.

    Chinese is given to it as typed: with spaces between the characters it did worse (SMP2017: 85.2 instead of 86.7 %).
    """
    from rasa.model_training import train_nlu

    pipeline = [*STOCK_PIPELINE, {"name": "DIETClassifier", "epochs": epochs, "constrain_similarities": True}]
    config = {"recipe": "default.v1", "assistant_id": "stock", "language": "en", "pipeline": pipeline}
    (folder / "config.yml").write_text(yaml.safe_dump(config, sort_keys=False))
    by_intent: dict[str, list[str]] = {}
    for text, intent in rows:
        by_intent.setdefault(intent, []).append(f"- {text}\n")
    blocks = [{"intent": intent, "examples": "".join(lines)} for intent, lines in by_intent.items()]
    (folder / "nlu.yml").write_text(yaml.safe_dump({"version": "3.1", "nlu": blocks}, allow_unicode=True))
    model = train_nlu(str(folder / "config.yml"), str(folder / "nlu.yml"), str(folder))
    assert model is not None
    return Path(model)


def stock_answers(train: Rows, asked: dict[str, list[str]]) -> tuple[Answers, float]:
    """Rasa's stock pipeline, a hundred epochs: answers, and seconds of training."""
    from rasa.core.agent import Agent

    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        model = train_stock(train, Path(folder), epochs=100)
        seconds = time.perf_counter() - started
        agent = Agent.load(str(model))

    async def ask(texts: list[str]) -> list[Answer]:
        intents = [(await agent.parse_message(text))["intent"] for text in texts]
        return [(intent["name"] or "", float(intent["confidence"])) for intent in intents]

    return {part: asyncio.run(ask(texts)) for part, texts in asked.items()}, seconds
