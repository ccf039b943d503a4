"""The state machines of the compute service: states and transitions first, code that walks them elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cloudsim.protocol.errors import CloudError

InstanceStatus = Literal[
    "Running",
    "Starting",
    "Stopping",
    "Stopped",
    "Deleted",
    "Scaling",
    "Expired",
    "Error",
    "SnapshotProcessing",
    "ImageProcessing",
    "ChangeVpc",
    "Recycled",
]
Speed = Literal["power", "resize", "rebuild", "volume", "snapshot"]


@dataclass(frozen=True, slots=True)
class Transition:
    """`action` leads from one of `sources` through `through` to `target`; else it is refused with `code`.

    `target` None means back to where it came from. `speed` names how long it takes (`Pace`).
    """

    action: str
    sources: tuple[str, ...]
    through: str
    target: str | None
    speed: Speed
    code: str
    message: str

    def check(self, status: str) -> None:
        """Refuse the action in any other state."""
        if status not in self.sources:
            raise CloudError(self.code, f"{self.message} Current status: {status}.")


INSTANCE_TRANSITIONS: dict[str, Transition] = {
    transition.action: transition
    for transition in (
        Transition(
            "start",
            ("Stopped",),
            "Starting",
            "Running",
            "power",
            "Instance.StartInstanceOperationForbidden",
            "Instance not stopped when starting.",
        ),
        Transition(
            "stop",
            ("Running",),
            "Stopping",
            "Stopped",
            "power",
            "Instance.StopInstanceOperationForbidden",
            "Instance not running when shutting down.",
        ),
        Transition(
            "reboot",
            ("Running",),
            "Starting",
            "Running",
            "power",
            "Instance.RebootInstanceOperationForbidden",
            "Instance not running when rebooting.",
        ),
        Transition(
            "resize",
            ("Running", "Stopped"),
            "Scaling",
            None,
            "resize",
            "OperationDenied",
            "Instance must be running or stopped when resizing.",
        ),
        Transition(
            "rebuild",
            ("Running", "Stopped"),
            "ImageProcessing",
            "Running",
            "rebuild",
            "OperationDenied",
            "Instance must be running or stopped when rebuilding.",
        ),
        Transition(
            "rescue",
            ("Running", "Stopped"),
            "Starting",
            "Running",
            "power",
            "OperationDenied",
            "Instance must be running or stopped when the rescue mode changes.",
        ),
        Transition(
            "image",
            ("Running", "Stopped"),
            "ImageProcessing",
            None,
            "snapshot",
            "OperationDenied",
            "Instance must be running or stopped when an image is made of it.",
        ),
    )
}

VOLUME_TRANSITIONS: dict[str, Transition] = {
    transition.action: transition
    for transition in (
        Transition(
            "attach",
            ("Available",),
            "Attaching",
            "InUse",
            "volume",
            "Volume.DistNotAvailable",
            "The volume is not available.",
        ),
        Transition(
            "detach",
            ("InUse",),
            "Detaching",
            "Available",
            "volume",
            "OperationDenied",
            "The volume is not in use.",
        ),
        Transition(
            "resize",
            ("InUse", "Available"),
            "Scaling",
            None,
            "volume",
            "OperationDenied",
            "The volume must be in use or available when resizing.",
        ),
        Transition(
            "rollback",
            ("InUse", "Available"),
            "SnapshotProcessing",
            None,
            "snapshot",
            "OperationDenied",
            "The volume must be in use or available when rolling back.",
        ),
        Transition(
            "create",
            ("Creating",),
            "Creating",
            "Available",
            "volume",
            "OperationDenied",
            "The volume is not being created.",
        ),
    )
}

RELEASABLE_VOLUME = ("Available", "Expired", "Error")

# A repair is asked for, prepared, carried out, done; the customer may refuse its result once it is done.
EVENT_STATES = ("Inquiring", "Processing", "Executing", "Executed", "Abnormal", "DisConfirm")
EVENT_MOVES: dict[str, tuple[str, ...]] = {
    "authorize": ("Inquiring", "DisConfirm"),
    "check": ("Executed",),
}
EVENT_OPEN = ("Inquiring", "Processing", "Executing", "Abnormal", "DisConfirm")
