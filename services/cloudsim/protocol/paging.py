"""The list envelope of the marker style of paging: marker, isTruncated, maxKeys and nextMarker when there is more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cloudsim.protocol.call import Call
from cloudsim.store.collection import Document, Page

Json = dict[str, Any]


def listed(call: Call, key: str, page: Page, view: Callable[[Document], Json], limit: int) -> Json:
    """A page of a collection under `key`; `nextMarker` is absent at the end."""
    answer: Json = {
        "marker": call.query.get("marker") or "",
        "isTruncated": page.next_marker is not None,
        "maxKeys": limit,
        key: [view(document) for document in page.items],
    }
    if page.next_marker is not None:
        answer["nextMarker"] = page.next_marker
    return answer


def sliced(items: Sequence[Document], marker: str | None, limit: int, name: str = "id") -> Page:
    """A page of a short list in the order of `name`, starting at the marker."""
    ordered = sorted(items, key=lambda item: str(item[name]))
    rest = [item for item in ordered if not marker or str(item[name]) >= marker]
    following = rest[limit] if len(rest) > limit else None
    return Page(rest[:limit], str(following[name]) if following else None)
