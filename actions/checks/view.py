"""One customer's view of the cloud during one turn."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from actions.clients.cloud import Answer, Call, CloudError, Transport
from actions.clients.roles import RoleBroker, User

Result = TypeVar("Result")
PAGE = 1000


class CloudView:
    """Calls on behalf of one user. What it reads is kept for this turn only; make a new one for the next turn."""

    def __init__(
        self,
        transport: Transport,
        broker: RoleBroker,
        user: User,
        conversation_id: str,
        regions: tuple[str, ...],
        now: datetime,
        pool: ThreadPoolExecutor,
    ) -> None:
        self._transport, self._broker, self._pool = transport, broker, pool
        self.user, self.conversation_id, self.regions, self.now = user, conversation_id, regions, now
        self._found: dict[str, tuple[str, dict[str, Any], str | None]] = {}

    def call(
        self,
        operation: str,
        service: str,
        region: str,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        idempotent: bool = False,
    ) -> Answer:
        """One signed call with the user's session keys; raises CloudError. Rejected keys are renewed once."""
        call = Call(operation, service, region, method, path, query or {}, body, idempotent)
        for last in (False, True):
            keys = self._broker.keys_for(self.user, self.conversation_id)
            try:
                return self._transport.send(call, keys, self.conversation_id)
            except CloudError as error:
                if last or error.code not in ("InvalidAccessKeyId", "RequestExpired", "InvalidSessionToken"):
                    raise
                self._broker.forget(self.user)
        raise AssertionError("unreachable")

    def together(self, jobs: Mapping[str, Callable[[], Result]]) -> dict[str, Result | CloudError]:
        """Run reads at the same time; a CloudError is a result like another."""
        futures: dict[str, Future[Result]] = {name: self._pool.submit(job) for name, job in jobs.items()}
        results: dict[str, Result | CloudError] = {}
        for name, future in futures.items():
            try:
                results[name] = future.result()
            except CloudError as error:
                results[name] = error
        return results

    def instance(self, instance_id: str, region: str | None = None) -> tuple[str, dict[str, Any], str | None]:
        """(region, instance, request id) of one instance of this customer, looked for in every region.

        Raises CloudError: kind `not_found` only when every region said so; anything less certain is unknown.
        """
        if instance_id in self._found:
            return self._found[instance_id]
        regions = (region,) if region in self.regions else self.regions
        answers = self.together(
            {r: partial(self.call, "getInstance", "bcc", r, "GET", f"/v2/instance/{instance_id}") for r in regions}
        )
        errors = []
        for name, answer in answers.items():
            if isinstance(answer, Answer):
                self._found[instance_id] = (name, answer.data["instance"], answer.request_id)
                return self._found[instance_id]
            errors.append(answer)
        raise next((error for error in errors if error.unknown), errors[0])

    def instances(self) -> list[tuple[str, dict[str, Any]]]:
        """Every instance of this customer with its region; raises CloudError when a region does not answer."""
        answers = self.together({r: partial(self._all_pages, r) for r in self.regions})
        found = []
        for region, pages in answers.items():
            if isinstance(pages, CloudError):
                raise pages
            found += [(region, instance) for instance in pages]
        return found

    def _all_pages(self, region: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        query = {"maxKeys": str(PAGE)}
        while True:
            data = self.call("listInstances", "bcc", region, "GET", "/v2/instance", query).data
            found += data["instances"]
            if not data.get("isTruncated"):
                return found
            query = {**query, "marker": data["nextMarker"]}
