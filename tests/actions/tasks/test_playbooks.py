"""Playbooks and texts: complete, consistent, and with errors that name the place."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from stage import DATA, engine

from actions.tasks.playbook import CHECKS_FILE, PlaybookError, load_checks, load_playbook
from actions.tasks.playbook_texts import check_texts
from actions.tasks.texts import LANGUAGES, TextError, Texts, variables

KNOWN = load_checks(DATA / "playbooks")
GOOD = """\
skill: sample
handler: diagnose
needs:
  - {slot: instance_id, entities: [instance_id], resource: instance}
checks:
  - {name: instance}
findings:
  - id: stopped
    when: {fact: instance.status, is: Stopped}
    remedies: [start]
remedies:
  start:
    operation: instance.start
    requires: {fact: instance.status, is: Stopped}
    verify: {checks: [instance], until: {fact: instance.status, is: Running}, every: 5, within: 60}
"""
FAULTS = {
    "unknown fact": ("instance.status, is: Stopped}\n    remedies", "instance.state, is: Stopped}\n    remedies", 9),
    "unknown check": ("{name: instance}", "{name: instanse}", 6),
    "unknown remedy": ("remedies: [start]", "remedies: [begin]", 10),
    "unknown operator": ("is: Stopped}\n    remedies", "equals: Stopped}\n    remedies", 9),
    "no verification": (
        "    verify: {checks: [instance], until: {fact: instance.status, is: Running}, every: 5, within: 60}\n",
        "",
        13,
    ),
    "verify by another check": ("verify: {checks: [instance]", "verify: {checks: [metrics]", 15),
    "not YAML": ("findings:", "findings: [", 8),
    "another name": ("skill: sample", "skill: simple", 1),
}


def written(folder: Path, text: str) -> Path:
    file = folder / "sample.yml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_by_file_and_line(fault: str, tmp_path: Path) -> None:
    old, new, line = FAULTS[fault]
    assert old in GOOD
    with pytest.raises(PlaybookError) as caught:
        load_playbook(written(tmp_path, GOOD.replace(old, new)), KNOWN)
    name, _, number = caught.value.where.partition(":")
    assert name == "sample.yml" and abs(int(number) - line) <= 1, str(caught.value)


def test_the_sample_itself_is_good(tmp_path: Path) -> None:
    assert load_playbook(written(tmp_path, GOOD), KNOWN).remedies["start"].verify.max_polls == 12


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "skill: sample\n"])
def test_what_is_no_playbook_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(PlaybookError):
        load_playbook(written(tmp_path, text), KNOWN)


def test_a_missing_text_and_an_unknown_variable_are_named(tmp_path: Path) -> None:
    book = load_playbook(written(tmp_path, GOOD), KNOWN)
    texts = engine().kit.texts
    with pytest.raises(PlaybookError, match=r"intents\.sample"):
        check_texts(book, texts, KNOWN)
    more = {
        language: {
            **texts.by_language[language],
            "intents.sample": "x",
            "sample.finding.stopped.says": "{instance.colour} {resource}",
        }
        for language in LANGUAGES
    }
    with pytest.raises(PlaybookError, match=r"instance\.colour"):
        check_texts(book, Texts(more), KNOWN)


def test_no_data_file_uses_a_key_that_belongs_to_rasa() -> None:
    for file in [*(DATA / "playbooks").glob("*.yml"), *(DATA / "texts").rglob("*.yml")]:
        keys = set(yaml.safe_load(file.read_text(encoding="utf-8")) or {})
        assert not keys & {"nlu", "rules", "stories", "responses", "version"}, file


def test_both_languages_have_the_same_texts_with_the_same_variables() -> None:
    texts = engine().kit.texts
    assert texts.keys("zh") == texts.keys("en")
    for key in texts.keys("zh"):
        shapes = []
        for language in LANGUAGES:
            raw = texts.raw(key, language)
            shapes.append(variables(raw if isinstance(raw, str) else " ".join(raw)))
        assert shapes[0] == shapes[1], key


def sample_values() -> dict[str, Any]:
    """An example of everything any text may show."""
    values: dict[str, Any] = {
        f"{check}.{fact}": value for check, facts in KNOWN.items() for fact, value in facts.items()
    }
    values |= {f"slot.{name}": "restart" for name in ("operation", "field", "instance_id", "port", "status", "region")}
    values |= {"resource": "web-01", "resource.id": "i-NNkaK46e", "resource.name": "web-01"}
    words = (
        "name id work count number region status value example first second choices options action field "
        "reason why excerpt title url account plan ticket agent note detail checks code words check people target "
        "position primary backup lines shown severity assignee update months port operation bandwidth"
    )
    return values | dict.fromkeys(words.split(), "x") | {"target": 120, "checks": ["a", "b"], "plan": "key"}


def test_every_text_renders_in_both_languages_without_leftovers() -> None:
    texts, values = engine().kit.texts, sample_values()
    for language in LANGUAGES:
        for key in texts.keys(language):
            said = texts.render(key, language, values)
            assert "{" not in said and said != "None" and "None," not in said, (key, said)


def test_a_missing_variable_is_an_error_and_an_unknown_fact_is_said_to_be_unknown() -> None:
    texts = engine().kit.texts
    with pytest.raises(TextError):
        texts.render("confirm.ask", "zh", {})
    with pytest.raises(TextError):
        texts.render("no.such.text", "en", {})
    assert "unknown" in texts.render("instance_info.finding.bandwidth.says", "en", {"resource": "web-01"})


def test_a_formatter_never_reaches_into_objects() -> None:
    texts = engine().kit.texts
    hostile = "{x.__class__} {0} {x!r} {x[0]} {x}"
    assert texts.fill(hostile, "a", "en", {"x": "v"}) == "unknown {0} {x!r} {x[0]} v"


CODE = Path(__file__).parents[3] / "actions" / "tasks"


def test_every_text_the_code_names_exists() -> None:
    texts = engine().kit.texts
    groups = {key.split(".")[0] for key in texts.keys("zh")} - set(engine().kit.books) - {"terms"}
    named = set()
    for file in CODE.glob("*.py"):
        named |= {
            match
            for match in re.findall(r'"([a-z_]+(?:\.[a-z_]+)+)"', file.read_text("utf-8"))
            if match.split(".")[0] in groups
        }
    assert named and not {key for key in named if not texts.has(key)}


def test_every_check_a_playbook_may_name_is_implemented() -> None:
    registry = pytest.importorskip("actions.checks.registry")
    used = {check.name for book in engine().kit.books.values() for check in book.checks}
    assert used <= set(registry.CHECKS) and used <= set(KNOWN)


def test_every_operation_of_a_remedy_is_implemented() -> None:
    operations = pytest.importorskip("actions.operations")
    used = {remedy.operation for book in engine().kit.books.values() for remedy in book.remedies.values()}
    assert used <= set(operations.OPERATIONS)


def test_every_playbook_is_an_intent_of_the_domain_and_every_intent_has_a_name() -> None:
    domain = yaml.safe_load((DATA.parent / "domain.yml").read_text(encoding="utf-8"))
    intents = set(domain["intents"])
    assert set(engine().kit.books) <= intents
    conversation = set(
        [
            "inform",
            "affirm",
            "deny",
            "cancel",
            "correct",
            "skip",
            "explain_why",
            "repeat",
            "greet",
            "goodbye",
            "thank",
            "bot_challenge",
            "chitchat",
            "out_of_scope",
            "resume",
            "opt_out",
            "change_language",
            "back_to_bot",
            "check_again",
            "resolved",
        ]
    )
    unnamed = {
        intent
        for intent in intents - conversation
        if not intent.startswith("EXTERNAL_") and not engine().kit.texts.has(f"intents.{intent}")
    }
    assert not unnamed


def test_the_checks_file_is_no_playbook() -> None:
    assert (DATA / "playbooks" / CHECKS_FILE).exists() and "_checks" not in engine().kit.books
