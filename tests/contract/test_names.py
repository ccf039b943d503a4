"""One knowledge, one place: names used in data and code are those of the domain, in every file."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.checks.registry import CHECKS
from actions.operations import OPERATIONS
from contracts.ids import EXAMPLES, PATTERNS, is_shaped

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
DOMAIN: dict[str, Any] = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))
RASA_KEYS = {"nlu", "rules", "stories", "responses"}

# The names that training data, reports and outside test sets use; none may be renamed or merged.
FIXED: dict[str, list[str]] = yaml.safe_load((Path(__file__).parent / "fixed_names.yml").read_text("utf-8"))


def playbooks() -> list[Path]:
    return sorted(path for path in (DATA / "playbooks").glob("*.yml") if not path.name.startswith("_"))


def test_that_the_domain_has_every_fixed_intent_and_entity() -> None:
    assert set(FIXED["intents"]) <= set(DOMAIN["intents"])
    assert set(FIXED["entities"]) <= set(DOMAIN["entities"])


def test_that_every_intent_has_a_rule_and_every_rule_an_intent() -> None:
    rules = yaml.safe_load((DATA / "rules" / "turn.yml").read_text("utf-8"))["rules"]
    ruled = [rule["steps"][0]["intent"] for rule in rules]
    assert sorted(ruled) == sorted(DOMAIN["intents"])
    assert {step.get("action", "task_form") for rule in rules for step in rule["steps"]} == {"task_form"}


def test_that_training_data_names_only_intents_of_the_domain() -> None:
    for file in (DATA / "nlu").glob("*.yml"):
        for block in yaml.safe_load(file.read_text("utf-8"))["nlu"]:
            if "intent" in block:
                assert block["intent"] in DOMAIN["intents"], f"{file.name}: {block['intent']}"


def test_that_rasa_does_not_mistake_our_data_for_its_own() -> None:
    for file in (*DATA.rglob("*.yml"), *DATA.rglob("*.yaml")):
        if file.relative_to(DATA).parts[0] in ("nlu", "rules", "stories"):
            continue
        document = yaml.safe_load(file.read_text("utf-8"))
        assert not (isinstance(document, dict) and RASA_KEYS & document.keys()), file


@pytest.mark.parametrize("path", playbooks(), ids=lambda path: path.stem)
def test_that_a_playbook_names_checks_and_operations_that_exist(path: Path) -> None:
    text = path.read_text("utf-8")
    playbook = yaml.safe_load(text)
    assert playbook["skill"] in DOMAIN["intents"]
    checks = {check["name"] for check in playbook.get("checks", [])}
    assert checks <= CHECKS.keys()
    operations = set(re.findall(r"operation: *([a-z_]+\.[a-z_]+)", text))
    assert operations <= OPERATIONS.keys()


def test_that_the_facts_playbooks_may_use_belong_to_checks_that_exist() -> None:
    facts = yaml.safe_load((DATA / "playbooks" / "_checks.yml").read_text("utf-8"))
    assert facts.keys() == CHECKS.keys()


def test_that_every_id_example_has_its_own_shape() -> None:
    for kind, example in EXAMPLES.items():
        assert is_shaped(kind, example)
        assert PATTERNS[kind].search(f"实例{example}挂了") is not None


def test_that_no_committed_file_names_a_registry_or_this_machine() -> None:
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    registry = re.compile(r"pypi\.org|pythonhosted|registry\.npmjs|deb\.debian|--index-url|\"resolved\": *\"http")
    for name in filter(None, files):
        path = ROOT / name
        if path == Path(__file__) or path.suffix in (".png", ".woff2", ".ico") or not path.is_file():
            continue
        found = registry.search(path.read_text("utf-8", errors="replace"))
        assert found is None, f"{name}: {found[0] if found else ''}"
