"""Which regions there are: asked of the cloud now and then, with a configured list for when it does not say."""

import logging
import threading
import time
from collections.abc import Callable

from actions.clients.cloud import Call, CloudError, Transport
from actions.clients.signing import Credentials

logger = logging.getLogger(__name__)
KEEP_SECONDS = 600
_ASK = Call("describeRegions", "regions", "bj", "POST", "/v2/region/describeRegions", body={})


class Regions:
    """Region codes such as `bj`. The list of regions is no customer's data, so it may be kept longer than a turn."""

    def __init__(
        self,
        transport: Transport,
        own: Credentials,
        configured: tuple[str, ...],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._transport, self._own, self._clock = transport, own, clock
        self._known, self._asked_at = configured, -float(KEEP_SECONDS)
        self._lock = threading.Lock()

    def all(self) -> tuple[str, ...]:
        """Every region, the configured ones when the cloud has never answered."""
        with self._lock:
            if self._clock() - self._asked_at >= KEEP_SECONDS:
                self._asked_at = self._clock()
                try:
                    answer = self._transport.send(_ASK, self._own, "regions")
                    found = tuple(sorted(region["regionId"] for region in answer.data["regions"]))
                    self._known = found or self._known
                except (CloudError, KeyError, TypeError) as error:
                    logger.warning("regions not told, using %s: %s", self._known, error)
            return self._known
