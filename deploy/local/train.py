"""Trains the assistant's model once and keeps it while its inputs are unchanged; so with the articles' vectors.

Runs in the root environment.
"""

import argparse
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from contracts.processor import blas_kernel

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "models" / "assistant.tar.gz"
STAMP = ROOT / "models" / "assistant.inputs"
KNOWLEDGE = ROOT / os.environ.get("KNOWLEDGE_DIR", "data/knowledge")
VECTORS = ROOT / "models" / "knowledge_vectors.npz"
VECTORS_STAMP = ROOT / "models" / "knowledge_vectors.inputs"
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
_VECTORS_INPUTS = (
    "requirements.lock",
    str(KNOWLEDGE),
    "bot/nlu",
    "contracts/articles.py",
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


def inputs_digest(names: Sequence[str]) -> str:
    """One digest over files and folders, by their names from the root."""
    digest = hashlib.sha256()
    for name in names:
        path = ROOT / name
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(os.path.relpath(file, ROOT).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def is_current(made: Path, stamp: Path, inputs: Sequence[str]) -> bool:
    """Whether a file was made of the inputs as they are."""
    return made.exists() and stamp.exists() and stamp.read_text().strip() == inputs_digest(inputs)


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
    digest = inputs_digest(_INPUTS)
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


def encode_articles() -> None:
    """Write the vectors by which help articles are found."""
    digest = inputs_digest(_VECTORS_INPUTS)
    VECTORS_STAMP.unlink(missing_ok=True)
    print("· encoding the help articles", file=sys.stderr, flush=True)
    environment = {**os.environ, **_ENVIRONMENT, **blas_kernel()}
    command = [sys.executable, "-m", "bot.nlu.search_vectors", str(KNOWLEDGE), str(VECTORS)]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    VECTORS_STAMP.write_text(digest + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--force", action="store_true", help="train even when the inputs are unchanged")
    forced = parser.parse_args().force
    if forced or not is_current(MODEL, STAMP, _INPUTS):
        train()
    if forced or not is_current(VECTORS, VECTORS_STAMP, _VECTORS_INPUTS):
        encode_articles()
