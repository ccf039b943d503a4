"""``python -m bot.nlu.report``: the trained model on the held-out sentences, as figures and as a page.

Writes ``var/reports/nlu.html`` and prints the figures; ``--development`` does so for the development sentences. Exits
with 1 when the model archive or the set is missing.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

from bot.nlu.evaluation import figures
from bot.nlu.evaluation.heldout import DEVELOPMENT, HELDOUT, PARTS, Parsed, load, parse_heldout
from bot.nlu.evaluation.page import curve, page, table

MODEL = Path("models/assistant.tar.gz")
_RISK_TOP = 0.1
# (name, lower bound?, bar); percent.
_BARS: dict[str, tuple[bool, float]] = {
    "intent accuracy": (True, 93.0),
    "calibration error": (False, 2.5),
    "accuracy of the 75 % surest": (True, 98.5),
    "truth among two offered readings": (True, 93.0),
    "in scope, handed over": (False, 5.0),
    "in scope, asked to rephrase": (False, 2.0),
    "entity F1": (True, 96.0),
    "near out of scope, wrongly answered": (False, 12.0),
    "far out of scope, wrongly answered": (False, 3.0),
}


def measure(parsed: Sequence[Parsed], language: str) -> dict[str, float]:
    """The figures of one language in percent."""
    parts = {part: [p for p in parsed if p.labelled.part == part] for part in PARTS}
    everything = parts[language]
    served = figures.in_scope(everything)
    values = {
        "intent accuracy": figures.accuracy(everything),
        "calibration error": figures.calibration_error(everything),
        "accuracy of the 75 % surest": figures.selective_accuracy(everything),
        "truth among two offered readings": figures.truth_offered(served),
        "in scope, handed over": figures.gate_shares(served)["reject"],
        "in scope, asked to rephrase": figures.asked_openly(served),
        "entity F1": figures.entity_counts(everything).f1,
        "near out of scope, wrongly answered": figures.wrongly_answered(parts[f"near_oos_{language}"]),
        "far out of scope, wrongly answered": figures.wrongly_answered(parts[f"far_oos_{language}"]),
    }
    return {name: 100 * value for name, value in values.items()}


def _is_met(name: str, value: float) -> bool:
    lower, bar = _BARS[name]
    return value >= bar if lower else value <= bar


def _figures_section(measured: dict[str, dict[str, float]]) -> str:
    rows, marks = [], []
    for name, (lower, bar) in _BARS.items():
        values = [measured[language][name] for language in measured]
        rows.append([name, *(f"{value:.1f}" for value in values), f"{'≥' if lower else '≤'} {bar:g}"])
        marks.append("met" if all(_is_met(name, value) for value in values) else "missed")
    return table(["percent", *measured, "bar"], rows, marks)


def _curves(parsed: Sequence[Parsed]) -> str:
    drawn = []
    for language in ("zh", "en"):
        own = [p for p in parsed if p.labelled.part == language]
        bins = [(confidence, right) for confidence, right, _ in figures.reliability(own)]
        drawn.append(curve(f"{language}: share right by confidence", bins, diagonal=True))
        drawn.append(curve(f"{language}: error rate by share answered", figures.risk_coverage(own), top=_RISK_TOP))
    return "".join(drawn)


def _gate_table(parsed: Sequence[Parsed]) -> str:
    rows = []
    for part in PARTS:
        members = [p for p in parsed if p.labelled.part == part]
        shares = figures.gate_shares(members)
        rows.append([part, str(len(members)), *(f"{100 * share:.1f}" for share in shares.values())])
    return table(["part", "sentences", "answer %", "clarify %", "reject %"], rows)


def _entity_table(parsed: Sequence[Parsed]) -> str:
    counts = figures.entity_counts([p for p in parsed if p.labelled.part in ("zh", "en")])
    kinds = sorted(
        counts.right | counts.missed | counts.invented, key=lambda k: -(counts.invented[k] + counts.missed[k])
    )
    rows = [[kind, str(counts.right[kind]), str(counts.invented[kind]), str(counts.missed[kind])] for kind in kinds]
    return table(["entity", "right", "invented", "missed"], rows)


def build(parsed: Sequence[Parsed]) -> str:
    """The page."""
    measured = {language: measure(parsed, language) for language in ("zh", "en")}
    own = [p for p in parsed if p.labelled.part in ("zh", "en")]
    confused = [[true, read, str(count)] for true, read, count in figures.confusions(own)]
    sections = [
        ("Figures", _figures_section(measured)),
        ("Reliability and risk", _curves(parsed)),
        ("What the gate does", _gate_table(parsed)),
        ("Wrong readings", table(["meant", "read as", "count"], confused)),
        ("Entities", _entity_table(parsed)),
    ]
    return page("Language understanding", sections)


def main() -> int:
    """Parse the held-out sentences, print the figures, write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--out", type=Path, default=Path(os.environ.get("VAR_DIR", "var")) / "reports" / "nlu.html")
    parser.add_argument("--development", action="store_true")
    options = parser.parse_args()
    quiet()
    if not options.model.exists():
        print(f"no trained model at {options.model}: run make train first", file=sys.stderr)
        return 1
    parsed = parse_heldout(options.model, load(folder=DEVELOPMENT if options.development else HELDOUT))
    measured = {language: measure(parsed, language) for language in ("zh", "en")}
    for name, (lower, bar) in _BARS.items():
        values = "".join(f"{language} {measured[language][name]:6.2f}   " for language in measured)
        print(f"{name:<40}{values}bar {'≥' if lower else '≤'} {bar:g}")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(build(parsed), encoding="utf-8")
    print(f"page: {options.out}")
    return 0


def quiet() -> None:
    """Keep the libraries' chatter out of printed tables."""
    import structlog

    warnings.filterwarnings("ignore")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    logging.getLogger("rasa").setLevel(logging.ERROR)


if __name__ == "__main__":
    sys.exit(main())
