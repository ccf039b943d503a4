"""Which function reads which check; playbooks name them."""

import logging
from collections.abc import Callable
from functools import partial

from actions.checks import compute, money, monitoring, network
from actions.checks.compute import Params
from actions.checks.view import CloudView
from actions.clients.cloud import CloudError
from actions.tasks.ports import CheckResult

logger = logging.getLogger(__name__)
Check = Callable[[CloudView, Params], CheckResult]

CHECKS: dict[str, Check] = {
    "instance": compute.instance,
    "events": compute.events,
    "volumes": compute.volumes,
    "metrics": monitoring.metrics,
    "billing": money.billing,
    "eip": network.eip,
    "security_group": network.security_group,
    "ddos": network.ddos,
}


_OF_THE_ACCOUNT = frozenset({"billing"})
"""Checks that look at no instance."""


def run_checks(view: CloudView, names: tuple[str, ...], params: Params) -> tuple[CheckResult, ...]:
    """Run checks at the same time; what could not be read is `unknown`, what is not this customer's is `missing`."""
    lost = _look_for_instance(view, names, params)
    jobs = {
        name: partial(_read, CHECKS[name], view, params) for name in names if lost is None or name in _OF_THE_ACCOUNT
    }
    answers: dict[str, CheckResult | CloudError] = dict(view.together(jobs))
    for name in names:
        if lost is not None:
            answers.setdefault(name, lost)
    return tuple(
        answer if isinstance(answer, CheckResult) else _unread(name, answer)
        for name, answer in ((name, answers[name]) for name in names)
    )


def _look_for_instance(view: CloudView, names: tuple[str, ...], params: Params) -> CloudError | None:
    """Find the instance once, on this thread, so that the checks need not wait for the pool they run in."""
    if all(name in _OF_THE_ACCOUNT for name in names):
        return None
    try:
        compute.locate(view, params)
    except CloudError as error:
        return error
    return None


def _read(check: Check, view: CloudView, params: Params) -> CheckResult:
    """An answer that is not in the documented form is one we do not understand: unknown, not a crash."""
    try:
        return check(view, dict(params))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        logger.warning("check %s: an answer not in the documented form", check.__name__, exc_info=True)
        raise CloudError("bad_answer", check.__name__, None, type(error).__name__, None) from error


def _unread(name: str, error: CloudError) -> CheckResult:
    ids = (error.request_id,) if error.request_id else ()
    return CheckResult(name, "unknown", {"error": error.code or error.kind}, ids, missing=error.kind == "not_found")
