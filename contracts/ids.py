"""Shapes of every identifier a customer may type (source: the cloud's documents and SDKs).

No `\\b`: Python counts Chinese characters as word characters, so an ID glued to Chinese text would be missed.
IDs are case-sensitive; never lower-case a match.
"""

import re
import secrets

_LEFT = r"(?<![A-Za-z0-9_-])"
_RIGHT = r"(?![A-Za-z0-9_-])"

SHAPES: dict[str, str] = {
    "instance_id": r"i-[A-Za-z0-9]{8}",
    "volume_id": r"v-[A-Za-z0-9]{8}",
    "snapshot_id": r"s-[A-Za-z0-9]{8}",
    "image_id": r"m-[A-Za-z0-9]{8}",
    "rds_id": r"rds-[A-Za-z0-9]{8}",
    "load_balancer_id": r"lb-[0-9a-f]{8}",
    "security_group_id": r"g-[a-z0-9]{12}",
    "event_id": r"ev-[A-Za-z0-9]{8}",
    "ticket_id": r"TK-\d{8}-\d{4,}",
}

PATTERNS: dict[str, re.Pattern[str]] = {
    name: re.compile(_LEFT + shape + _RIGHT, re.ASCII) for name, shape in SHAPES.items()
}

EXAMPLES: dict[str, str] = {
    "instance_id": "i-NNkaK46e",
    "volume_id": "v-3zmCcxbR",
    "snapshot_id": "s-Hu7cLq2P",
    "image_id": "m-Z1TCx0Zv",
    "rds_id": "rds-IyWRtII7",
    "load_balancer_id": "lb-0d29a3f6",
    "security_group_id": "g-iutg5rtcydsk",
    "event_id": "ev-Qk31bTzW",
    "ticket_id": "TK-20261122-0042",
}


def is_shaped(kind: str, text: str) -> bool:
    """Whether `text`, whole, has the shape of that kind of ID; it says nothing about existence."""
    return re.fullmatch(SHAPES[kind], text, re.ASCII) is not None


def new_id(prefix: str) -> str:
    """A fresh internal id such as `c-9f0c…`: 16 random hex digits, unique for our purposes."""
    return f"{prefix}-{secrets.token_hex(8)}"
