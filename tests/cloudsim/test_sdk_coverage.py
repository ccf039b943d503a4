"""One number: how many operations the official SDKs, unmodified, have driven in this folder's tests.

The simulator's request log says it: distinct operations that answered with success to a client method of the legacy
SDK or of one of the pinned new ones, told by their user agents. What a test puts together itself does not count.
"""

from __future__ import annotations

from collections.abc import Callable

from conftest import RunningCloud

WANTED = 120


def test_that_the_official_sdks_drive_the_operations(
    cloud: RunningCloud, record_property: Callable[[str, object], None]
) -> None:
    cloud.read_log()
    record_property("operations driven by official SDKs", len(cloud.driven))
    print(f"{len(cloud.driven)} operations: {', '.join(sorted(cloud.driven))}")
    assert len(cloud.driven) >= WANTED
