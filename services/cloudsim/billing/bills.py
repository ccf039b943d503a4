"""Bills: what each instance has cost, as a function of its life, its spec and world time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from cloudsim.bcc.catalogue import Flavor, flavors
from cloudsim.bcc.kinds import INSTANCES
from cloudsim.billing.service import SERVICE
from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import invalid_parameter
from cloudsim.store.collection import Document
from cloudsim.world.moments import iso, months_later, parse

Json = dict[str, Any]
Product = Literal["prepay", "postpay"]
MONTH = re.compile(r"^(20[0-9]{2})-(0[1-9]|1[0-2])$")
MOST_BILLED = 20_000


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when a bill covers, never beyond now."""

    start: datetime
    end: datetime

    def hours_of(self, document: Document) -> float:
        """Hours within the span in which the resource existed."""
        born = max(self.start, parse(document["createTime"]))
        return max(0.0, (self.end - born).total_seconds() / 3600)


class ChargeQuery(BaseModel):
    """Body of the charge items."""

    month: str | None = None
    beginTime: str | None = None
    endTime: str | None = None
    productType: Product
    serviceType: str | None = None
    instanceId: str | None = None
    pageNo: Annotated[int, Field(ge=1, le=100_000)] = 1
    pageSize: Annotated[int, Field(ge=1, le=100)] = 20


def _span(call: Call, month: str | None, begin: str | None, end: str | None) -> Span:
    if month:
        match = MONTH.match(month)
        if match is None:
            raise invalid_parameter("month must look like 2026-11.")
        start = datetime(int(match[1]), int(match[2]), 1, tzinfo=UTC)
        return Span(start, min(call.now, months_later(start, 1)))
    try:
        first = parse(begin) if begin else call.now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        last = parse(end) if end else call.now
    except (ValueError, OverflowError):
        raise invalid_parameter("beginTime and endTime must be ISO 8601 UTC times.") from None
    return Span(first, min(call.now, last))


def _bills(call: Call, span: Span, product: Product, service: str | None) -> Iterator[Json]:
    if service not in (None, "", "BCC"):
        return
    prices = {flavor.spec: flavor for flavor in flavors(call.world)}
    page = call.collection(INSTANCES).page(call.account_id, call.region, None, MOST_BILLED)
    for instance in page.items:
        prepaid = instance["paymentTiming"] == "Prepaid"
        hours = span.hours_of(instance)
        if prepaid == (product == "prepay") and hours > 0:
            yield _bill(instance, prices[instance["spec"]], hours, span, prepaid)


def _bill(instance: Document, flavor: Flavor, hours: float, span: Span, prepaid: bool) -> Json:
    price = round(flavor.monthly * hours / 730, 2) if prepaid else round(flavor.hourly * hours, 2)
    return {
        "accountId": instance["accountId"],
        "serviceType": "BCC",
        "serviceTypeName": "云服务器 BCC",
        "productType": "prepay" if prepaid else "postpay",
        "region": instance["region"],
        "instanceId": instance["id"],
        "shortId": instance["id"],
        "instanceName": instance["name"],
        "configuration": instance["spec"],
        "beginTime": iso(span.start),
        "endTime": iso(span.end),
        "duration": f"{hours:.2f}h",
        "originPrice": price,
        "financePrice": price,
        "cash": price,
        "chargeItem": "Configuration",
        "chargeItemDesc": instance["spec"],
        "amount": round(hours, 2),
        "unit": "hour",
    }


def _product(call: Call) -> Product:
    text = call.query.get("productType")
    if text == "prepay":
        return "prepay"
    if text == "postpay":
        return "postpay"
    raise invalid_parameter("productType is required: prepay or postpay.")


def _page(call: Call, bills: list[Json], number: int, size: int) -> Json:
    first = (number - 1) * size
    return {
        "accountId": call.account_id,
        "pageNo": number,
        "pageSize": size,
        "totalCount": len(bills),
        "bills": bills[first : first + size],
    }


def _listed(call: Call) -> Json:
    query = call.query
    number, size = call.integer("pageNo", 1, 1, 100_000), call.integer("pageSize", 20, 1, 100)
    span = _span(call, query.get("month"), query.get("beginTime"), query.get("endTime"))
    bills = list(_bills(call, span, _product(call), query.get("serviceType")))
    return {**_page(call, bills, number, size), "billMonth": query.get("month") or iso(span.start)[:7]}


@SERVICE.operation("GET", "/v1/bill/resource/month", name="ListResourceMonthBill", access="read")
def month_bill(call: Call) -> Json:
    """What each resource cost in a month, up to now."""
    return _listed(call)


@SERVICE.operation("GET", "/v1/bill/cost/split/bill/list", name="ListCostSplitBill", access="read")
def cost_split(call: Call) -> Json:
    """The same, for cost allocation."""
    return _listed(call)


@SERVICE.operation("POST", "/v1/bill/resource/chargeitem", name="ListChargeItems", access="read", body=ChargeQuery)
def charge_items(call: Call, body: ChargeQuery) -> Json:
    """What each charge item of a resource cost."""
    span = _span(call, body.month, body.beginTime, body.endTime)
    bills = [
        bill
        for bill in _bills(call, span, body.productType, body.serviceType)
        if body.instanceId in (None, "", bill["instanceId"])
    ]
    return _page(call, bills, body.pageNo, body.pageSize)
