"""``python -m bot.nlu.bench --datasets FOLDER``: the shipped pipeline on public intent sets, as one table.

The folder holds JSON files with ``lang``, ``train`` / ``val`` / ``test`` (lists of [text, intent]) and ``oos_*`` lists;
``docs/nlu.md`` says where the sets come from. The assistant's full model stands there twice: as it ships, where the
heads learn the validation part after the calibration, and on the training part alone, like the others. ``--stock``
adds Rasa's stock pipeline on the 10-shot English and the Chinese set (about a quarter of an hour each), ``--nlpjs``
adds NLP.js, fetched with npm into a temporary folder.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from bot.nlu.calibration import Array
from bot.nlu.encoder import DEFAULT_ENCODER, SentenceEncoder, shared_encoder
from bot.nlu.entities import identifiers
from bot.nlu.evaluation.rivals import Answer, nlpjs_answers, stock_answers
from bot.nlu.features import feature_text
from bot.nlu.heads import Corpus
from bot.nlu.intent_model import IntentModel
from bot.nlu.utterance import Language, normalise

SETS = (
    "clinc_full", "clinc_small", "clinc10", "banking77", "banking77_10", "banking50", "hwu64", "hwu64_10",
    "hint3_curekart", "hint3_powerplay11", "hint3_sofmattress", "smp2017",
)  # fmt: skip
STOCK_SETS = ("clinc10", "smp2017")
# Share of in-scope validation that is kept when a threshold is chosen.
_KEPT = 0.95
Rows = list[tuple[str, str]]


@dataclass(frozen=True)
class IntentSet:
    """A public set in memory."""

    name: str
    language: Language
    train: Rows
    val: Rows
    test: Rows
    foreign: dict[str, list[str]]


@dataclass(frozen=True)
class Result:
    """One line of the table, in percent; ``None`` where the set has no such sentences."""

    name: str
    system: str
    accuracy: float
    auroc: float | None
    recall: float | None
    kept: float | None
    seconds: float


def load(folder: Path, name: str) -> IntentSet:
    """Read one set. Raises ``FileNotFoundError`` with the name of the missing file."""
    content: dict[str, Any] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    parts = {part: [(text, intent) for text, intent in content.get(part) or []] for part in ("train", "val", "test")}
    foreign = {part: content[part] for part in ("oos_test", "oos2_test") if content.get(part)}
    return IntentSet(name, content["lang"], parts["train"], parts["val"], parts["test"], foreign)


def corpus(rows: Rows, language: Language, encoder: SentenceEncoder) -> Corpus:
    """Sentences with the features that the assistant computes."""
    utterances = [normalise(text) for text, _ in rows]
    features = [feature_text(utterance, identifiers(utterance.text)) for utterance in utterances]
    languages = [language] * len(features)
    vectors = encoder.encode(features, languages)
    return Corpus(features, languages, vectors, [intent for _, intent in rows], encoder.blocks)


def our_results(data: IntentSet, encoder: SentenceEncoder) -> list[Result]:
    """The lines of the assistant; training seconds are without encoding."""
    train = corpus(data.train, data.language, encoder)
    val = corpus([row for row in data.val if row[1] in set(train.intents)], data.language, encoder)
    asked = {"test": [text for text, _ in data.test], **data.foreign}
    batches = {part: corpus([(text, "") for text in texts], data.language, encoder) for part, texts in asked.items()}
    lines = []
    for system, learn_validation in (("assistant", True), ("assistant (train)", False)):
        if learn_validation and not len(val):
            continue
        started = time.perf_counter()
        model = IntentModel().fit(train, val, learn_validation)
        seconds = time.perf_counter() - started
        answers = {}
        for part, batch in batches.items():
            predictions = model.predict(batch.texts, batch.languages, batch.vectors)
            answers[part] = [(prediction.ranking[0][0], prediction.scope) for prediction in predictions]
        lines += results(data, system, answers, seconds, model.calibrations[data.language].tail)
    return lines


def _scores(answers: list[Answer]) -> Array:
    return np.array([score for _, score in answers])


def results(
    data: IntentSet, system: str, answers: dict[str, list[Answer]], seconds: float, threshold: float | None = None
) -> list[Result]:
    """One line for the set, and one for each kind of foreign sentences.

    Recall is measured at ``threshold``, otherwise where the validation answers say.
    """
    right = np.mean([answer == intent for (answer, _), (_, intent) in zip(answers["test"], data.test, strict=True)])
    lines = []
    for part in data.foreign or {"": []}:
        auroc = recall = kept = None
        if part:
            familiar, foreign = _scores(answers["test"]), _scores(answers[part])
            truth = np.r_[np.ones(len(familiar)), np.zeros(len(foreign))]
            auroc = 100 * float(roc_auc_score(truth, np.r_[familiar, foreign]))
            if threshold is None:
                threshold = float(np.quantile(_scores(answers.get("val") or answers["test"]), 1 - _KEPT))
            recall, kept = 100 * float((foreign < threshold).mean()), 100 * float((familiar >= threshold).mean())
        name = data.name + (" far" if part == "oos2_test" else "")
        lines.append(Result(name, system, 100 * float(right), auroc, recall, kept, seconds))
    return lines


def _print(line: Result) -> None:
    values = (line.accuracy, line.auroc, line.recall, line.kept)
    figures = [f"{value:.1f}" if value is not None else "–" for value in values]
    cells = "".join(f"{figure:>12}" for figure in (*figures, f"{line.seconds:.0f}"))
    print(f"{line.name:<24}{line.system:<18}{cells}", flush=True)


def main() -> int:
    """Run the sets that the folder holds and print the table line by line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--datasets", type=Path, required=True)
    parser.add_argument("--sets", nargs="*", default=SETS, choices=SETS)
    parser.add_argument("--stock", action="store_true")
    parser.add_argument("--nlpjs", action="store_true")
    options = parser.parse_args()
    present = [name for name in options.sets if (options.datasets / f"{name}.json").exists()]
    if not present:
        print(f"no known set in {options.datasets}; docs/nlu.md says where they come from", file=sys.stderr)
        return 1
    encoder = shared_encoder(DEFAULT_ENCODER)
    heads = ("accuracy", "OOS AUROC", "OOS recall", "kept", "train s")
    print(f"{'set':<24}{'system':<18}" + "".join(f"{head:>12}" for head in heads))
    for name in present:
        data = load(options.datasets, name)
        for line in our_results(data, encoder):
            _print(line)
        rivals = []
        asked = {"val": [text for text, _ in data.val], "test": [text for text, _ in data.test], **data.foreign}
        if options.nlpjs:
            rivals.append(("NLP.js", nlpjs_answers(data.language, data.train, asked)))
        if options.stock and name in STOCK_SETS:
            rivals.append(("Rasa stock", stock_answers(data.train, asked)))
        for system, (answers, seconds) in rivals:
            for line in results(data, system, answers, seconds):
                _print(line)
    print(f"OOS recall: share of foreign test sentences below the score that keeps {_KEPT:.0%} of in-scope validation;")
    print("kept: share of in-scope test sentences that stay above it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
