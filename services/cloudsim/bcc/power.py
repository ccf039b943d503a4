"""Start, stop, reboot; one instance or a batch."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from cloudsim.bcc.kinds import INSTANCES
from cloudsim.bcc.lifecycle import Deed, begin
from cloudsim.bcc.service import SERVICE
from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import CloudError
from cloudsim.store.collection import Document


class PowerOptions(BaseModel):
    """Body of stop and reboot."""

    forceStop: bool = False
    stopWithNoCharge: bool = False


class BatchPower(PowerOptions):
    """Body of the batch actions."""

    instanceIds: Annotated[list[str], Field(min_length=1, max_length=100)]


def operator_of(call: Call) -> str:
    """Who did it, as the operation log shows it: the user's short name, else the account."""
    user = call.world.identity.users.get(call.principal.user_id) if call.principal.user_id else None
    name = str(user["key"]) if user else call.account_id
    return f"{name}/{call.principal.session_name}" if call.principal.session_name else name


def start(call: Call, instance: Document) -> None:
    """Start a stopped instance, unless the account owes money."""
    account = call.world.identity.accounts.get(call.account_id)
    if account and account["balance"] < 0 and instance["paymentTiming"] == "Postpaid":
        raise CloudError("OperationDenied", "The account is overdue. Recharge before starting the instance.")
    if instance["status"] == "Stopped":
        instance["chargeStatus"] = "normal"
    begin(call.world, instance, "start", Deed("StartInstance", operator_of(call)), call.now)


def stop(call: Call, instance: Document, options: PowerOptions) -> None:
    """Stop a running instance."""
    if options.stopWithNoCharge and instance["paymentTiming"] == "Prepaid":
        raise CloudError(
            "Bcc.PrePayCannotStopWithNoCharge", "A prepaid instance cannot be stopped without being charged."
        )
    parameters = {"forceStop": options.forceStop, "stopWithNoCharge": options.stopWithNoCharge}
    begin(call.world, instance, "stop", Deed("StopInstance", operator_of(call), parameters), call.now)


def reboot(call: Call, instance: Document, options: PowerOptions) -> None:
    """Reboot a running instance."""
    deed = Deed("RebootInstance", operator_of(call), {"forceStop": options.forceStop})
    begin(call.world, instance, "reboot", deed, call.now)


@SERVICE.operation("PUT", "/v2/instance/{instance_id}", query="start", name="StartInstance", access="operate")
def start_instance(call: Call) -> None:
    """Start one."""
    start(call, call.owned(INSTANCES, call.params["instance_id"]))


@SERVICE.operation(
    "PUT", "/v2/instance/{instance_id}", query="stop", name="StopInstance", access="operate", body=PowerOptions
)
def stop_instance(call: Call, body: PowerOptions) -> None:
    """Stop one."""
    stop(call, call.owned(INSTANCES, call.params["instance_id"]), body)


@SERVICE.operation(
    "PUT", "/v2/instance/{instance_id}", query="reboot", name="RebootInstance", access="operate", body=PowerOptions
)
def reboot_instance(call: Call, body: PowerOptions) -> None:
    """Reboot one."""
    reboot(call, call.owned(INSTANCES, call.params["instance_id"]), body)


def _batch(call: Call, body: BatchPower) -> list[Document]:
    return [call.owned(INSTANCES, identifier) for identifier in dict.fromkeys(body.instanceIds)]


@SERVICE.operation(
    "PUT",
    "/v2/instance/batchAction",
    query="start",
    name="BatchStartInstances",
    access="operate",
    body=BatchPower,
    idempotent=True,
)
def batch_start(call: Call, body: BatchPower) -> None:
    """Start several: all of them or none."""
    for instance in _batch(call, body):
        start(call, instance)


@SERVICE.operation(
    "PUT",
    "/v2/instance/batchAction",
    query="stop",
    name="BatchStopInstances",
    access="operate",
    body=BatchPower,
    idempotent=True,
)
def batch_stop(call: Call, body: BatchPower) -> None:
    """Stop several: all of them or none."""
    for instance in _batch(call, body):
        stop(call, instance, body)


@SERVICE.operation(
    "PUT",
    "/v2/instance/batchAction",
    query="reboot",
    name="BatchRebootInstances",
    access="operate",
    body=BatchPower,
    idempotent=True,
)
def batch_reboot(call: Call, body: BatchPower) -> None:
    """Reboot several: all of them or none."""
    for instance in _batch(call, body):
        reboot(call, instance, body)
