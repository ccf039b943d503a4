"""Trains the assistant's model once and keeps it while its inputs are unchanged. Runs in the root environment."""

import argparse
import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

from contracts.processor import blas_kernel

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "models" / "assistant.tar.gz"
STAMP = ROOT / "models" / "assistant.inputs"
_INPUTS = (
    "config.yml",
    "domain.yml",
    "requirements.lock",
    "data/nlu",
    "data/rules",
    "data/stories",
    "bot/nlu",
    "contracts/chinese.py",
    "contracts/taiwanese_terms.yml",
)
_STARTED = re.compile(r"Starting to train component '([^']+)'")
_ENCODED = re.compile(r"Encoding sentences:.*?(\d+)/(\d+)")
_BAR_WIDTH = 30
_ENVIRONMENT = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    # The order of sets decides the order of features; the same sentences shall give the same model.
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}
_ENCODED_SHARE, _SHARES = 0.6, {"RulePolicy": 0.95}
"""How much of the whole is done when the sentences are encoded, and when a component starts."""


def inputs_digest() -> str:
    """One digest over everything the trained model depends on."""
    digest = hashlib.sha256()
    for name in _INPUTS:
        path = ROOT / name
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def is_current() -> bool:
    return MODEL.exists() and STAMP.exists() and STAMP.read_text().strip() == inputs_digest()


def _draw(share: float, name: str) -> None:
    if sys.stderr.isatty():
        filled = round(_BAR_WIDTH * share)
        bar = "█" * filled + "·" * (_BAR_WIDTH - filled)
        print(f"\r· training the model {bar} {share:4.0%} {name:<28}", end="", file=sys.stderr, flush=True)
    else:
        print(f"· training the model: {share:4.0%} {name}", file=sys.stderr, flush=True)


def _follow(line: str) -> None:
    """Move the bar by one line of Rasa's output."""
    if encoded := _ENCODED.search(line):
        _draw(_ENCODED_SHARE * int(encoded[1]) / int(encoded[2]), "encoding sentences")
    elif (started := _STARTED.search(line)) and started[1] in _SHARES:
        _draw(_SHARES[started[1]], started[1])


def train() -> None:
    """Run `rasa train` with a progress bar; its whole output goes to var/train.log."""
    digest = inputs_digest()
    (ROOT / "var").mkdir(exist_ok=True)
    # `make test` validates the data: Rasa would read all of it once more.
    options = ["--fixed-model-name", "assistant", "--force", "--skip-validation"]
    command = [sys.executable, "-m", "rasa", "train", *options]
    with (ROOT / "var" / "train.log").open("w") as log:
        environment = {**os.environ, **_ENVIRONMENT, **blas_kernel()}
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert process.stdout is not None
        for line in process.stdout:
            log.write(line)
            _follow(line)
        if process.wait():
            raise SystemExit(f"\n✗ Training failed; see {log.name}")
    _draw(1.0, "done")
    if sys.stderr.isatty():
        print(file=sys.stderr)
    STAMP.write_text(digest + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--force", action="store_true", help="train even when the inputs are unchanged")
    if parser.parse_args().force or not is_current():
        train()
