"""What a customer can see of a resource: every statement of a ground truth is read through the public API only."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from baidubce.auth import bce_v1_signer
from baidubce.http import bce_http_client, handler, http_methods
from baidubce.services.bcc.bcc_client import BccClient
from baidubce.services.bcm.bcm_client import BcmClient
from baidubce.services.eip.eip_client import EipClient
from conftest import BY_HAND, Key, RunningCloud
from public_products import PRODUCTS

GAP = "gap"
NONE = "none"
RECENT = timedelta(minutes=10)


@dataclass
class PublicView:
    """The public API as one user of one account sees it, about one resource."""

    cloud: RunningCloud
    key: Key
    resource_id: str

    @property
    def bcc(self) -> BccClient:
        """The compute client of the official SDK."""
        return self.cloud.client(BccClient, "bcc", self.key)

    def instance(self) -> Any:
        """The instance."""
        return self.bcc.get_instance(self.resource_id).instance

    def signed(self, service: str, method: bytes, path: bytes, params: Any = None, **more: Any) -> Any:
        """A signed call for which the SDK has no method; `more` may hold `body` and `headers`."""
        configuration = self.cloud.client(BccClient, service, self.key).config
        handlers = [handler.parse_error, handler.parse_json]
        text = json.dumps(more["body"]) if "body" in more else None
        headers = {**more.get("headers", {}), b"X-Conversation-Id": BY_HAND.encode()}
        return bce_http_client.send_request(
            configuration, bce_v1_signer.sign, handlers, method, path, text, headers, params or {}
        )

    def balance(self) -> float:
        """The account's cash balance in yuan."""
        answer = self.signed("billing", http_methods.POST, b"/v1/finance/cash/balance", body={})
        return float(answer.cash_balance)

    def event_status(self, family: str) -> str:
        """The status of the newest current event of the instance."""
        if family == "unplanned":
            found = self.bcc.describe_unplanned_events(10, instance_ids=[self.resource_id]).unplanned_maintenance_events
        else:
            found = self.bcc.describe_planned_events(10, instance_ids=[self.resource_id]).planned_maintenance_events
        return str(found[0].server_event_status) if found else NONE

    def metric(self, name: str, scope: str = "BCE_BCC", dimension: str = "InstanceId") -> float | str:
        """The mean of the last ten minutes, or `gap`."""
        now = datetime.fromisoformat(self.cloud.control.get("/clock").json()["now"])
        answer = self.cloud.client(BcmClient, "bcm", self.key).get_metric_data(
            self.key.account_id.encode(),
            scope.encode(),
            name.encode(),
            f"{dimension}:{self.resource_id}".encode(),
            b"average",
            _text(now - RECENT),
            _text(now),
            60,
        )
        values = [point.average for point in answer.data_points]
        return sum(values) / len(values) if values else GAP

    def operator_of(self, operation: str) -> str:
        """Who did it last: a user of the account, or a part of the cloud."""
        answer = self.cloud.client(BcmClient, "bcm", self.key).get_cloud_event_data(
            page_size=100, resource_id=self.resource_id, event_name=operation
        )
        return str(json.loads(answer.content[0].content)["operator"]) if answer.content else NONE


def _text(moment: datetime) -> bytes:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()


Reader = Callable[[PublicView, str], Any]


def _record(view: PublicView, operation: str) -> str:
    operator = view.operator_of(operation)
    return operator if operator in ("billing", "system", NONE) else "user"


def _instance_field(view: PublicView, name: str) -> Any:
    value = getattr(view.instance(), "".join("_" + c.lower() if c.isupper() else c for c in name))
    if name == "expireTime" and value:
        now = datetime.fromisoformat(view.cloud.control.get("/clock").json()["now"])
        return "past" if datetime.fromisoformat(value) < now else "future"
    return value


def _group(view: PublicView, port: str) -> str:
    groups = view.bcc.list_security_groups(instance_id=view.resource_id).security_groups
    opened = {
        rule.port_range
        for group in groups
        for rule in group.rules
        if rule.direction == "ingress" and rule.protocol in ("tcp", "all")
    }
    return "open" if port in opened or "" in opened else "closed"


def _address(view: PublicView) -> Any:
    eips = view.cloud.client(EipClient, "eip", view.key).list_eips(instance_id=view.resource_id).eip_list
    return eips[0]


def _bandwidth(view: PublicView, name: str) -> float:
    used = view.metric("WebOutBitsPerSecond")
    return 100 * float(used) / (_address(view).bandwidth_in_mbps * 1_000_000)


def _ddos(view: PublicView, name: str) -> Any:
    address = _address(view).eip
    if name == "attacks":
        return len(view.signed("eip", b"GET", f"/v1/ddos/{address}/record".encode()).attack_record_list)
    answer = view.signed("eip", b"GET", b"/v1/ddos", {b"ips": address.encode()})
    return answer.ddos_list[0].status


def _report(view: PublicView, name: str) -> str:
    report = view.bcc.create_diagnostic("guest-basic", view.resource_id, "1").report_id
    view.cloud.advance(15)
    found = view.bcc.list_diagnostic_report(report, view.resource_id, None, None).reports[0]
    return "; ".join(issue.metric_item for issue in found.issues)


def _screen(view: PublicView, name: str) -> str:
    return httpx.get(view.bcc.get_instance_vnc(view.resource_id).vnc_url).text


def _volume(view: PublicView, name: str) -> Any:
    kind, _, field = name.partition(".")
    volumes = view.bcc.list_volumes(instance_id=view.resource_id).volumes
    return getattr(next(volume for volume in volumes if volume.type == kind), field)


def _days_left(view: PublicView, name: str) -> float:
    now = datetime.fromisoformat(view.cloud.control.get("/clock").json()["now"])
    return (datetime.fromisoformat(view.instance().expire_time) - now) / timedelta(days=1)


def _face(view: PublicView, name: str) -> Any:
    door = f"http://127.0.0.1:{view.cloud.main_port}"
    host = {"host": "aip.baidubce.com"}
    pair = {"grant_type": "client_credentials", "client_id": view.key.access_key, "client_secret": view.key.secret_key}
    token = httpx.post(f"{door}/oauth/2.0/token", params=pair, headers=host).json()["access_token"]
    answer = httpx.post(f"{door}/rest/2.0/face/v3/detect", params={"access_token": token}, headers=host)
    assert answer.status_code == 200
    return answer.json()[name]


READERS: dict[str, Reader] = {
    **PRODUCTS,
    "instance": _instance_field,
    "events": lambda view, family: view.event_status(family),
    "metric": lambda view, name: view.metric(name),
    "account": lambda view, name: view.balance(),
    "record": _record,
    "group": _group,
    "address": lambda view, name: getattr(_address(view), name),
    "bandwidth": _bandwidth,
    "ddos": _ddos,
    "report": _report,
    "screen": _screen,
    "volume": _volume,
    "expiry": _days_left,
    "face": _face,
    "fleet": lambda view, name: sum(one.status == "Stopped" for one in view.bcc.list_instances().instances),
}


def look(view: PublicView, see: str) -> Any:
    """The value that a line of evidence is about."""
    subject, _, name = see.partition(".")
    return READERS[subject](view, name)


def holds(value: Any, line: dict[str, Any]) -> bool:
    """Whether what was seen agrees with a line of evidence."""
    if "is" in line:
        return bool(value == line["is"])
    if value in (GAP, NONE):
        return False
    if "at_least" in line:
        return bool(value >= line["at_least"])
    if "below" in line:
        return bool(value < line["below"])
    if "contains" in line:
        return line["contains"] in value
    raise KeyError(f"no comparison in {line}")
