"""What the assistant may change in the cloud, each after a clear yes and a row in the write ledger."""

from collections.abc import Callable, Mapping
from typing import Any

from actions.checks.compute import Params, locate
from actions.checks.view import CloudView
from actions.clients.cloud import Answer
from actions.tasks.ports import Act, FactValue

Operation = Callable[[CloudView, str, Params], Answer]


def _power(view: CloudView, instance_id: str, params: Params, word: str, body: Mapping[str, Any] | None) -> Answer:
    region, _, _ = locate(view, {**params, "instance_id": instance_id})
    return view.call(f"{word}Instance", "bcc", region, "PUT", f"/v2/instance/{instance_id}", {word: ""}, body)


def start(view: CloudView, instance_id: str, params: Params) -> Answer:
    return _power(view, instance_id, params, "start", None)


def stop(view: CloudView, instance_id: str, params: Params) -> Answer:
    body = {"forceStop": bool(params.get("force")), "stopWithNoCharge": False}
    return _power(view, instance_id, params, "stop", body)


def reboot(view: CloudView, instance_id: str, params: Params) -> Answer:
    return _power(view, instance_id, params, "reboot", {"forceStop": bool(params.get("force"))})


def authorize_event(view: CloudView, event_id: str, params: Params) -> Answer:
    """Let the cloud repair: `operation` is one of the event's supported options, executed at once."""
    region, data, _ = locate(view, params)
    body = {
        "serverEventId": event_id,
        "instanceId": data["id"],
        "authorizeMaintenanceOperation": params.get("operation") or "",
    }
    query = {"action": "AuthorizeServerEvent"}
    return view.call("authorizeServerEvent", "bcc", region, "POST", "/", query, body, idempotent=True)


def renew(view: CloudView, instance_id: str, params: Params) -> Answer:
    """Renew a prepaid instance for `months` (1 when not said)."""
    region, _, _ = locate(view, {**params, "instance_id": instance_id})
    months = int(str(params.get("months") or 1))
    term = {"reservationLength": months, "reservationTimeUnit": "Month"}
    body = {"billing": {"paymentTiming": "Prepaid", "reservation": term}}
    path = f"/v2/instance/{instance_id}"
    return view.call("renewInstance", "bcc", region, "PUT", path, {"purchaseReserved": ""}, body, idempotent=True)


def open_port(view: CloudView, group_id: str, params: Params) -> Answer:
    """Let TCP traffic from anywhere in to `port`."""
    region, _, _ = locate(view, params)
    rule = {
        "remark": "opened by the support assistant",
        "direction": "ingress",
        "ethertype": "IPv4",
        "portRange": str(params["port"]),
        "protocol": "tcp",
        "sourceIp": "all",
    }
    path = f"/v2/securityGroup/{group_id}"
    return view.call(
        "authorizeRule", "bcc", region, "PUT", path, {"authorizeRule": ""}, {"rule": rule}, idempotent=True
    )


def resize_eip(view: CloudView, address: str, params: Params) -> Answer:
    """Change the bandwidth of a public IP to `bandwidth` Mbps."""
    region, _, _ = locate(view, params)
    body = {"newBandwidthInMbps": int(str(params["bandwidth"]))}
    return view.call("resizeEip", "eip", region, "PUT", f"/v1/eip/{address}", {"resize": ""}, body, idempotent=True)


OPERATIONS: dict[str, Operation] = {
    "instance.start": start,
    "instance.stop": stop,
    "instance.reboot": reboot,
    "instance.renew": renew,
    "event.authorize": authorize_event,
    "security_group.open_port": open_port,
    "eip.resize": resize_eip,
}


def perform(view: CloudView, act: Act) -> Answer:
    """Do it; raises CloudError, KeyError for an operation that does not exist."""
    params: dict[str, FactValue] = dict(act.params)
    return OPERATIONS[act.operation](view, act.resource_id, params)
