"""Which function reads which check; playbooks name them."""

from collections.abc import Callable

from actions.checks import compute, money, monitoring, network
from actions.checks.compute import Params
from actions.checks.view import CloudView
from actions.clients.cloud import CloudError
from actions.tasks.ports import CheckResult

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


def run_checks(view: CloudView, names: tuple[str, ...], params: Params) -> tuple[CheckResult, ...]:
    """Run checks at the same time; what could not be read is `unknown`, what is not this customer's is `missing`."""
    if "instance_id" in params and len(names) > 1:
        _warm(view, params)
    answers = view.together({name: lambda name=name: CHECKS[name](view, dict(params)) for name in names})
    return tuple(
        answer if isinstance(answer, CheckResult) else _unread(name, answer) for name, answer in answers.items()
    )


def _warm(view: CloudView, params: Params) -> None:
    """Find the instance once, so that checks that need it do not each look for it."""
    try:
        compute.locate(view, params)
    except CloudError:
        return


def _unread(name: str, error: CloudError) -> CheckResult:
    ids = (error.request_id,) if error.request_id else ()
    gone = error.kind == "not_found" or (error.kind == "denied" and name == "instance")
    return CheckResult(name, "unknown", {"error": error.code or error.kind}, ids, missing=gone)
