"""Answers what the task engine asks for: the only place where dialogue meets the network.

Nothing raises into the engine, and what could not be found out is `Unknown`.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from actions.checks.registry import CHECKS, run_checks
from actions.checks.resources import list_instances, open_events
from actions.checks.view import CloudView
from actions.clients.cloud import CloudError
from actions.clients.support import SupportClient, SupportError
from actions.operations import perform
from actions.tasks import ports
from actions.tasks.model import Context

logger = logging.getLogger(__name__)
# How far down the article written for an intent is looked for.
_ARTICLES_OF_INTENT = 10
_REFUSALS = {
    "Instance.StartInstanceOperationForbidden": "not_stopped",
    "Instance.StopInstanceOperationForbidden": "not_running",
    "Instance.RebootInstanceOperationForbidden": "not_running",
    "AccessDenied": "permission",
    "AccountOverdue": "arrears",
    "InsufficientBalance": "balance",
}


@dataclass(frozen=True)
class ApiCall:
    """One change or read worth telling a human about."""

    operation: str
    resource_id: str
    ok: bool
    request_id: str | None


class Shell:
    """Serves one turn. `view` is None for an anonymous customer: account matters are then unknown."""

    def __init__(self, context: Context, support: SupportClient, view: CloudView | None) -> None:
        self._context, self._support, self._view = context, support, view
        self._answers: dict[type, Callable[[Any], ports.Reply]] = {
            ports.ListResources: self._list_resources,
            ports.RunChecks: self._run_checks,
            ports.Act: self._act,
            ports.SearchKnowledge: self._search,
            ports.AccountContext: self._account,
            ports.ListCases: self._cases,
            ports.GetCase: self._case,
            ports.OpenCase: self._open_case,
            ports.Coverage: self._coverage,
        }

    def answer(self, request: ports.Request) -> ports.Reply:
        """The reply to one request; failures are replies too."""
        try:
            return self._answers[type(request)](request)
        except CloudError as error:
            logger.info("%s: %s", type(request).__name__, error)
            return ports.Unknown(error.kind, error.request_id)
        except SupportError as error:
            logger.warning("%s: %s", type(request).__name__, error)
            return ports.Unknown("unavailable")
        except (KeyError, TypeError, ValueError) as error:
            logger.exception("%s: an answer not in the agreed form", type(request).__name__)
            return ports.Unknown(f"bad_answer:{type(error).__name__}")

    def _list_resources(self, request: ports.ListResources) -> ports.Reply:
        if self._view is None:
            return ports.Unknown("anonymous")
        if request.kind != "instance":
            return ports.Unknown("unsupported_kind")
        return list_instances(self._view, request.filters)

    def _run_checks(self, request: ports.RunChecks) -> ports.Reply:
        if self._view is None:
            return ports.Unknown("anonymous")
        missing = [name for name in request.names if name not in CHECKS]
        if missing:
            raise KeyError(f"no such check: {missing}")
        return ports.Checked(run_checks(self._view, request.names, dict(request.params)))

    def _act(self, request: ports.Act) -> ports.Reply:
        if self._view is None:
            return ports.Refused("AccessDenied", "permission")
        ours, row = self._support.claim_write(
            {
                "conversation_id": self._context.conversation_id,
                "confirming_message_id": request.confirmed_by,
                "step": request.step,
                "operation": request.operation,
                "resource_id": request.resource_id,
            }
        )
        if not ours:
            return _outcome_of(row)
        try:
            answer = perform(self._view, request)
        except CloudError as error:
            if error.unknown:
                # The row stays claimed: whoever comes next reads the state instead of sending again.
                return ports.Unknown(error.kind, error.request_id)
            self._support.close_write(row["id"], "failed", error.request_id, {"code": error.code})
            return ports.Refused(error.code or error.kind, _REFUSALS.get(error.code or "", ""), error.request_id)
        try:
            self._support.close_write(row["id"], "done", answer.request_id, {})
        except SupportError as error:
            logger.warning("write %s was done but its row could not be closed: %s", row["id"], error)
        return ports.Done(answer.request_id)

    def _search(self, request: ports.SearchKnowledge) -> ports.Reply:
        asked_for = _ARTICLES_OF_INTENT if request.intent else request.limit
        found = [_article(one) for one in self._support.search(request.query, request.language, asked_for)]
        if request.intent:
            found.sort(key=lambda one: request.intent not in one.intents)
        return ports.Articles(tuple(found[: request.limit]))

    def _account(self, request: ports.AccountContext) -> ports.Reply:
        customer = self._context.customer
        if customer is None:
            return ports.Unknown("anonymous")
        known = self._support.account_context(customer.account_id, customer.user_id, request.language)
        tam = known.get("tam") or {}
        return ports.Account(
            tam_primary=(tam.get("primary") or {}).get("name", ""),
            tam_backup=(tam.get("backup") or {}).get("name", ""),
            open_cases=tuple(map(_case, known.get("open_cases", []))),
            events=open_events(self._view) if self._view else (),
            incidents=tuple(
                ports.Incident(
                    one["id"],
                    one["title"],
                    one.get("status", ""),
                    one.get("product", ""),
                    one.get("region", ""),
                    one.get("update", ""),
                )
                for one in known.get("incidents", [])
            ),
        )

    def _cases(self, request: ports.ListCases) -> ports.Reply:
        customer = self._context.customer
        if customer is None:
            return ports.Unknown("anonymous")
        return ports.Cases(tuple(map(_case, self._support.cases(customer.account_id, customer.user_id, request.limit))))

    def _case(self, request: ports.GetCase) -> ports.Reply:
        customer = self._context.customer
        if customer is None:
            return ports.Unknown("anonymous")
        found = self._support.case(request.ticket_id, customer.account_id)
        return ports.Cases((_case(found),) if found else ())

    def _open_case(self, request: ports.OpenCase) -> ports.Reply:
        customer = self._context.customer
        if customer is None:
            return ports.Unknown("anonymous")
        return ports.Opened(
            self._support.open_case(
                {
                    "account_id": customer.account_id,
                    "user_id": customer.user_id,
                    "conversation_id": self._context.conversation_id,
                    "title": request.title,
                    "severity": request.severity,
                    "product": request.product,
                    "packet": dict(request.packet),
                }
            )
        )

    def _coverage(self, request: ports.Coverage) -> ports.Reply:
        account_id = self._context.customer.account_id if self._context.customer else ""
        found = self._support.coverage(account_id, request.severity, request.language)
        return ports.Covered(
            found["tier"],
            tuple(found["people"]),
            int(found["target_seconds"]),
            found["open_now"],
            found["queue_length"],
        )


def _outcome_of(row: dict[str, Any]) -> ports.Reply:
    """What became of a write that was claimed before: never sent again."""
    if row["state"] == "done":
        return ports.Done(row.get("request_id"))
    if row["state"] == "failed":
        code = (row.get("result") or {}).get("code") or "failed"
        return ports.Refused(code, _REFUSALS.get(code, ""), row.get("request_id"))
    return ports.Unknown("claimed_before")


def _article(raw: dict[str, Any]) -> ports.Article:
    return ports.Article(
        slug=raw["slug"],
        title=raw["title"],
        url=raw["url"],
        excerpt=raw["excerpt"],
        score=float(raw["score"]),
        products=tuple(raw.get("products", ())),
        intents=tuple(raw.get("intents", ())),
    )


def _case(raw: dict[str, Any]) -> ports.Case:
    assignee = raw.get("assignee") or ""
    return ports.Case(
        id=raw["id"],
        title=raw["title"],
        status=raw["status"],
        severity=raw["severity"],
        created_at=raw.get("created_at", ""),
        assignee=assignee.get("name", "") if isinstance(assignee, dict) else str(assignee),
    )
