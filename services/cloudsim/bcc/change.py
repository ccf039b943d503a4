"""Changing instances: password, attributes, image, size, renewal, release, recycle bin, rescue, security groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from Crypto.Cipher import AES
from Crypto.Util.Padding import unpad
from pydantic import BaseModel, Field

from cloudsim.bcc.catalogue import Flavor, flavor_of_size, flavor_of_spec
from cloudsim.bcc.expiry import EXPIRE, KEPT_DAYS, PURGE, purge
from cloudsim.bcc.instances import page_view
from cloudsim.bcc.kinds import IMAGES, INSTANCES, SECURITY_GROUPS
from cloudsim.bcc.lifecycle import SETTLE, Deed, begin, record
from cloudsim.bcc.power import operator_of
from cloudsim.bcc.service import SERVICE
from cloudsim.bcc.states import INSTANCE_TRANSITIONS
from cloudsim.faults import scenarios
from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import CloudError, invalid_parameter, no_such_object
from cloudsim.store.collection import Document, Page
from cloudsim.world.metrics import ALL_METRICS, STATE_OWNER
from cloudsim.world.moments import iso, later, months_later, parse

if TYPE_CHECKING:
    pass

Json = dict[str, Any]
Name = Annotated[str, Field(min_length=1, max_length=65)]
PASSWORD_LENGTHS = range(8, 33)


class Password(BaseModel):
    """`adminPass` is AES-128-ECB with the first 16 characters of the secret key, as lower-case hex."""

    adminPass: Annotated[str, Field(max_length=256)]


class Attributes(BaseModel):
    """Body of modifyAttribute."""

    name: Name | None = None
    netEthQueueCount: str | int | None = None


class Description(BaseModel):
    """Body of modifyDesc."""

    desc: Annotated[str, Field(max_length=250)]


class Rebuild(BaseModel):
    """Body of rebuild."""

    imageId: str
    adminPass: Annotated[str, Field(max_length=256)] | None = None
    keypairId: str | None = None


class Size(BaseModel):
    """Body of resize."""

    cpuCount: Annotated[int, Field(ge=1, le=256)]
    memoryCapacityInGB: Annotated[int, Field(ge=1, le=4096)]
    liveResize: bool = False


class Spec(BaseModel):
    """Body of resize by spec."""

    spec: str
    liveResize: bool = False


class Reservation(BaseModel):
    """How long is paid for."""

    reservationLength: Annotated[int, Field(ge=1, le=36)] = 1
    reservationTimeUnit: Literal["Month", "month", "Year", "year"] = "Month"


class Billing(BaseModel):
    """The `billing` object of purchases."""

    paymentTiming: str | None = None
    reservation: Reservation = Reservation()


class Renewal(BaseModel):
    """Body of purchaseReserved."""

    billing: Billing = Billing()


class RecycleQuery(BaseModel):
    """Body of the recycle bin's list."""

    marker: str | None = None
    maxKeys: Annotated[int, Field(ge=1, le=1000)] = 1000
    instanceId: str | None = None
    name: str | None = None
    paymentTiming: str | None = None


class Recovery(BaseModel):
    """Instance ids; the legacy SDK wraps each of them twice."""

    instanceIds: Annotated[list[Any], Field(min_length=1, max_length=100)]

    def identifiers(self) -> list[str]:
        """The plain ids, however they were wrapped."""
        return [_unwrapped(item) for item in self.instanceIds]


class Rescue(BaseModel):
    """Body of entering the rescue mode; the password comes in clear and is discarded."""

    instanceId: str
    forceStop: bool = False
    password: Annotated[str, Field(max_length=256)] = ""


class GroupBinding(BaseModel):
    """Body of bind and unbind."""

    securityGroupId: str


def _unwrapped(item: Any) -> str:
    for _ in range(4):
        if isinstance(item, str):
            return item
        item = item.get("instanceId") if isinstance(item, dict) else None
    raise invalid_parameter("instanceIds must hold instance ids.")


def _instance(call: Call) -> Document:
    return call.owned(INSTANCES, call.params["instance_id"])


def check_password(text: str) -> None:
    """The documented policy: 8 to 32 characters of at least three of four classes."""
    classes = (str.islower, str.isupper, str.isdigit, lambda letter: not letter.isalnum())
    kinds = sum(any(test(letter) for letter in text) for test in classes)
    if len(text) not in PASSWORD_LENGTHS or kinds < 3 or not text.isascii():
        raise invalid_parameter("adminPass must have 8 to 32 characters of at least three classes.")


def decrypted_password(call: Call, cipher: str) -> str:
    """The password in clear; never stored, never logged."""
    credential = call.world.identity.credential(call.principal.access_key)
    if credential is None:
        raise invalid_parameter("adminPass cannot be decrypted.")
    try:
        key = credential.secret_key[:16].encode()
        return unpad(AES.new(key, AES.MODE_ECB).decrypt(bytes.fromhex(cipher)), 16).decode()
    except (ValueError, UnicodeDecodeError):
        raise invalid_parameter("adminPass must be AES-128-ECB hex made with the secret key.") from None


@SERVICE.operation(
    "PUT",
    "/v2/instance/{instance_id}",
    query="changePass",
    name="ModifyInstancePassword",
    access="operate",
    body=Password,
)
def change_password(call: Call, body: Password) -> None:
    """A new administrator password; the guest takes it over at its next start."""
    instance = _instance(call)
    if instance["status"] not in ("Running", "Stopped"):
        raise CloudError(
            "Instance.PasswordOperationForbidden", "Instance must be running or stopped when the password changes."
        )
    check_password(decrypted_password(call, body.adminPass))
    record(call.world, instance, Deed("ModifyInstancePassword", operator_of(call)), call.now)
    scenarios.react(call.world, "ModifyInstancePassword", instance["id"], {}, call.now)


@SERVICE.operation(
    "PUT",
    "/v2/instance/{instance_id}",
    query="modifyAttribute",
    name="ModifyInstanceAttributes",
    access="operate",
    body=Attributes,
)
def modify_attributes(call: Call, body: Attributes) -> None:
    """A new name."""
    instance = _instance(call)
    if body.name is not None:
        call.collection(INSTANCES).put({**instance, "name": body.name})


@SERVICE.operation(
    "PUT",
    "/v2/instance/{instance_id}",
    query="modifyDesc",
    name="ModifyInstanceDesc",
    access="operate",
    body=Description,
)
def modify_description(call: Call, body: Description) -> None:
    """A new description."""
    call.collection(INSTANCES).put({**_instance(call), "desc": body.desc})


@SERVICE.operation(
    "PUT", "/v2/instance/{instance_id}", query="rebuild", name="RebuildInstance", access="operate", body=Rebuild
)
def rebuild(call: Call, body: Rebuild) -> None:
    """A new system disk from an image: what was on it is gone."""
    instance = _instance(call)
    image = call.collection(IMAGES).get(body.imageId)
    if image is None or image["accountId"] not in ("", call.account_id):
        raise no_such_object("image", body.imageId)
    if body.adminPass is not None:
        check_password(decrypted_password(call, body.adminPass))
    becomes = {
        "imageId": image["id"],
        "imageName": image["name"],
        "osName": image["osName"],
        "osVersion": image["osVersion"],
        "osType": image["osType"],
    }
    begin(call.world, instance, "rebuild", Deed("RebuildInstance", operator_of(call), {"becomes": becomes}), call.now)


def _resize(call: Call, flavor: Flavor) -> None:
    instance = _instance(call)
    becomes = {"spec": flavor.spec, "cpuCount": flavor.cpu, "memoryCapacityInGB": flavor.memory}
    parameters = {
        "becomes": becomes,
        "largerMemory": flavor.memory > instance["memoryCapacityInGB"],
        "largerCpu": flavor.cpu > instance["cpuCount"],
    }
    begin(call.world, instance, "resize", Deed("ResizeInstance", operator_of(call), parameters), call.now)


@SERVICE.operation(
    "PUT",
    "/v2/instance/{instance_id}",
    query="resize",
    name="ResizeInstance",
    access="operate",
    body=Size,
    idempotent=True,
)
def resize(call: Call, body: Size) -> None:
    """Another size of the same family; restarts the instance unless it was stopped."""
    _resize(call, flavor_of_size(call.world, body.cpuCount, body.memoryCapacityInGB))


@SERVICE.operation(
    "PUT",
    "/v2/instanceBySpec/{instance_id}",
    query="resize",
    name="ResizeInstanceBySpec",
    access="operate",
    body=Spec,
    idempotent=True,
)
def resize_by_spec(call: Call, body: Spec) -> None:
    """Another spec."""
    _resize(call, flavor_of_spec(call.world, body.spec))


@SERVICE.operation(
    "PUT",
    "/v2/instance/{instance_id}",
    query="purchaseReserved",
    name="PurchaseReservedInstance",
    access="operate",
    body=Renewal,
    idempotent=True,
)
def renew(call: Call, body: Renewal) -> None:
    """Pay a prepaid instance for longer; one that had expired starts again."""
    instance = _instance(call)
    if instance["paymentTiming"] != "Prepaid":
        raise CloudError("OperationDenied", "Only a prepaid instance can be renewed.")
    reservation = body.billing.reservation
    months = reservation.reservationLength * (12 if reservation.reservationTimeUnit.lower() == "year" else 1)
    _pay(call, flavor_of_spec(call.world, instance["spec"]).monthly * months)
    due = months_later(max(call.now, parse(instance["expireTime"])), months)
    instance["expireTime"] = iso(due)
    deed = Deed("PurchaseReservedInstance", operator_of(call), {"months": months})
    record(call.world, instance, deed, call.now)
    if instance["status"] == "Expired":
        instance["status"] = "Starting"
        call.world.agenda.schedule(
            later(call.now, call.world.pace.power),
            SETTLE,
            instance["id"],
            {"id": instance["id"], "target": "Running", "deed": deed.operation, "parameters": {}},
        )
    else:
        scenarios.react(call.world, deed.operation, instance["id"], {}, call.now)
    call.collection(INSTANCES).put(instance)
    call.world.agenda.cancel(instance["id"], EXPIRE)
    call.world.agenda.schedule(due, EXPIRE, instance["id"], {"id": instance["id"]})


def _pay(call: Call, amount: float) -> None:
    account = call.world.identity.accounts.get(call.account_id)
    if account is None or account["balance"] < amount:
        raise CloudError("InsufficientBalance", f"The cash balance does not cover {amount:.2f} yuan.")
    account["balance"] = round(account["balance"] - amount, 2)
    call.world.identity.accounts.put(account)


def _recycle(call: Call, instance: Document) -> None:
    if instance.get("deletionProtection"):
        raise CloudError("OperationDenied", "The instance is protected against deletion.")
    if instance["status"] in ("Starting", "Stopping", "Scaling", "ImageProcessing", "SnapshotProcessing"):
        raise CloudError("Instance.ReleaseWhileCreating", "The instance is in transition and cannot be released.")
    call.world.agenda.cancel(instance["id"])
    instance.update(status="Recycled", recycledTime=iso(call.now))
    call.collection(INSTANCES).put(instance)
    call.world.metrics.begin(instance["id"], ALL_METRICS, call.now, STATE_OWNER, "gap")
    record(call.world, instance, Deed("ReleaseInstance", operator_of(call)), call.now)
    due = later(call.now, KEPT_DAYS * 86_400)
    call.world.agenda.schedule(due, PURGE, instance["id"], {"id": instance["id"]})


@SERVICE.operation("DELETE", "/v2/instance/{instance_id}", name="ReleaseInstance", access="full")
def release(call: Call) -> None:
    """Into the recycle bin."""
    instance = _instance(call)
    if instance["status"] == "Recycled":
        raise no_such_object("instance", instance["id"])
    _recycle(call, instance)


@SERVICE.operation("POST", "/v2/recycle/instance", name="ListRecycledInstances", access="read", body=RecycleQuery)
def list_recycled(call: Call, body: RecycleQuery) -> Json:
    """What is in the recycle bin."""
    page = call.collection(INSTANCES).page(
        call.account_id, call.region, body.marker, body.maxKeys, {"status": "Recycled"}
    )
    items = [
        item
        for item in page.items
        if body.instanceId in (None, "", item["id"])
        and body.name in (None, "", item["name"])
        and body.paymentTiming in (None, "", item["paymentTiming"])
    ]
    return page_view(Page(items, page.next_marker), body.marker, body.maxKeys)


@SERVICE.operation(
    "POST", "/v2/instance/recovery", name="RecoveryInstances", access="operate", body=Recovery, idempotent=True
)
def recover(call: Call, body: Recovery) -> None:
    """Out of the recycle bin: the instance comes back stopped."""
    for identifier in body.identifiers():
        instance = call.owned(INSTANCES, identifier)
        if instance["status"] != "Recycled":
            raise CloudError("OperationDenied", f"Instance {identifier} is not in the recycle bin.")
        call.world.agenda.cancel(identifier, PURGE)
        instance["status"] = "Stopped"
        instance.pop("recycledTime", None)
        call.collection(INSTANCES).put(instance)
        record(call.world, instance, Deed("RecoveryInstances", operator_of(call)), call.now)


@SERVICE.operation("DELETE", "/v2/recycle/instance/{instance_id}", name="DeleteRecycledInstance", access="full")
def delete_recycled(call: Call) -> None:
    """Gone at once."""
    instance = _instance(call)
    if instance["status"] != "Recycled":
        raise CloudError("OperationDenied", "The instance is not in the recycle bin.")
    purge(call.world, call.now, {"id": instance["id"]})


def _rescue(call: Call, body: Rescue, enter: bool) -> Json:
    instance = call.owned(INSTANCES, body.instanceId)
    if bool(instance.get("rescueMode")) == enter:
        raise CloudError("OperationDenied", "The instance is already in that mode.")
    INSTANCE_TRANSITIONS["rescue"].check(instance["status"])
    name = "EnterRescueMode" if enter else "ExitRescueMode"
    deed = Deed(name, operator_of(call), {"becomes": {"rescueMode": enter}})
    begin(call.world, instance, "rescue", deed, call.now)
    return {"instanceId": instance["id"], "taskId": "task-" + call.world.ids.text("task", length=12)}


@SERVICE.operation(
    "PUT", "/v2/instance/rescue/mode/enter", name="EnterRescueMode", access="operate", body=Rescue, idempotent=True
)
def enter_rescue(call: Call, body: Rescue) -> Json:
    """Start the instance from a rescue system."""
    return _rescue(call, body, enter=True)


@SERVICE.operation(
    "PUT", "/v2/instance/rescue/mode/exit", name="ExitRescueMode", access="operate", body=Rescue, idempotent=True
)
def exit_rescue(call: Call, body: Rescue) -> Json:
    """Start the instance from its own system again."""
    return _rescue(call, body, enter=False)


@SERVICE.operation(
    "PUT", "/v2/instance/{instance_id}", query="bind", name="BindSecurityGroup", access="operate", body=GroupBinding
)
def bind_group(call: Call, body: GroupBinding) -> None:
    """Add a security group to an instance."""
    instance, group = _instance(call), call.owned(SECURITY_GROUPS, body.securityGroupId)
    if group["id"] not in instance["securityGroupIds"]:
        instance["securityGroupIds"].append(group["id"])
        call.collection(INSTANCES).put(instance)


@SERVICE.operation(
    "PUT",
    "/v2/instance/{instance_id}",
    query="unbind",
    name="UnbindSecurityGroup",
    access="operate",
    body=GroupBinding,
)
def unbind_group(call: Call, body: GroupBinding) -> None:
    """Remove a security group; one has to stay."""
    instance = _instance(call)
    if body.securityGroupId not in instance["securityGroupIds"]:
        raise no_such_object("security group", body.securityGroupId)
    if len(instance["securityGroupIds"]) == 1:
        raise CloudError("OperationDenied", "An instance needs at least one security group.")
    instance["securityGroupIds"].remove(body.securityGroupId)
    call.collection(INSTANCES).put(instance)
