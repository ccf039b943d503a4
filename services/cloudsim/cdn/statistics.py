"""Statistics of domains, access logs, and which addresses are nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from typing import Annotated, Any

from pydantic import BaseModel, Field

from cloudsim.cdn.service import DOMAINS, SCOPE, SERVICE, find_domain
from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import invalid_parameter, no_such_object
from cloudsim.store.collection import Document
from cloudsim.world.moments import iso, parse

Json = dict[str, Any]
PERIODS = (60, 300, 3600, 86_400)
DAY_SECONDS = 86_400
MAX_POINTS = 1440
ERROR_CODES = ("403", "404", "502", "503", "504")
# Nodes live in a network that RFC 5737 reserves for documents.
NODES = {"203.0.113.0/26": "beijing", "203.0.113.64/26": "guangzhou", "203.0.113.128/26": "chengdu"}


class StatQuery(BaseModel):
    """Body of QueryStatistics."""

    metric: str
    startTime: str | None = None
    endTime: str | None = None
    period: int = 300
    key_type: int = 0
    key: Annotated[list[str], Field(max_length=100)] = []
    groupBy: str | None = None


class Point:
    """The curves of one domain at one moment."""

    def __init__(self, values: dict[str, float], period: int) -> None:
        self.values = values
        self.requests = int(values["RequestsPerSecond"] * period)
        self.period = period

    def codes(self) -> list[Json]:
        """How many answers had which status."""
        failed = {code: int(self.requests * self.values[f"Http{code}Percent"] / 100) for code in ERROR_CODES}
        good = max(0, self.requests - sum(failed.values()))
        counts = {"200": good - good // 10, "304": good // 10, **failed}
        return [{"name": code, "count": count} for code, count in counts.items()]


def _pv(point: Point) -> Json:
    return {"pv": point.requests, "qps": round(point.values["RequestsPerSecond"], 2)}


def _flow(point: Point) -> Json:
    bits = point.values["BitsPerSecond"]
    return {"flow": int(bits * point.period / 8), "bps": int(bits)}


def _origin_flow(point: Point) -> Json:
    bits = point.values["OriginBitsPerSecond"]
    return {"flow": int(bits * point.period / 8), "bps": int(bits)}


def _hit_rate(point: Point) -> Json:
    share = point.values["HitRatePercent"] / 100
    return {"hitrate": round(share, 4), "hits": int(point.requests * share)}


MEASURES: dict[str, Callable[[Point], Json]] = {
    "pv": _pv,
    "flow": _flow,
    "src_flow": _origin_flow,
    "hit": _hit_rate,
    "httpcode": lambda point: {"counters": point.codes()},
    "avg_speed": lambda point: {"speed": round(point.values["AverageKbps"], 2)},
    "uv": lambda point: {"uv": point.requests // 7},
}
METRICS = (
    "RequestsPerSecond",
    "BitsPerSecond",
    "OriginBitsPerSecond",
    "HitRatePercent",
    "AverageKbps",
    *(f"Http{code}Percent" for code in ERROR_CODES),
)


def _moments(call: Call, start: str | None, end: str | None, period: int) -> list[float]:
    if period not in PERIODS:
        raise invalid_parameter(f"period must be one of {', '.join(map(str, PERIODS))}.")
    try:
        last = parse(end).timestamp() if end else call.now.timestamp()
        first = parse(start).timestamp() if start else last - DAY_SECONDS
    except (ValueError, OverflowError):
        raise invalid_parameter("startTime and endTime must be ISO 8601 UTC times.") from None
    if not 0 <= last - first <= MAX_POINTS * period:
        raise invalid_parameter(f"The window must hold between 0 and {MAX_POINTS} periods.")
    begin = int(-(-first // period)) * period
    return [float(one) for one in range(begin, int(min(last, call.now.timestamp())) + 1, period)]


def _points(call: Call, domain: Document, moments: list[float], period: int) -> Iterator[tuple[float, Point]]:
    curves = {metric: dict(call.world.metrics.curve(SCOPE, domain, metric, moments)) for metric in METRICS}
    for moment in moments:
        if all(moment in curve for curve in curves.values()):
            yield moment, Point({metric: curve[moment] for metric, curve in curves.items()}, period)


def _domains(call: Call, names: list[str]) -> list[Document]:
    owned = {one["id"]: one for one in call.collection(DOMAINS).all_of(call.account_id)}
    for name in names:
        if name not in owned:
            raise no_such_object("domain", name[:255])
    return [owned[name] for name in names] if names else list(owned.values())


def _measured(
    call: Call, names: list[str], start: str | None, end: str | None, period: int, measure: str, keyed: bool
) -> Json:
    moments = _moments(call, start, end, period)
    details: list[Json] = []
    for domain in _domains(call, names):
        for moment, point in _points(call, domain, moments, period):
            entry: Json = {"timestamp": iso(datetime.fromtimestamp(moment, UTC)), **MEASURES[measure](point)}
            details.append({**entry, "key": domain["id"]} if keyed else entry)
    return {"status": "ok", "count": len(details), "details": details}


@SERVICE.operation("POST", "/v2/stat/query", name="QueryStatistics", access="read", body=StatQuery)
def query_statistics(call: Call, body: StatQuery) -> Json:
    """One measure of domains, period by period."""
    if body.metric not in MEASURES:
        raise invalid_parameter(f"metric must be one of {', '.join(MEASURES)}.")
    if body.key_type != 0:
        raise invalid_parameter("Only key_type 0, domains, is known.")
    return _measured(call, body.key, body.startTime, body.endTime, body.period, body.metric, keyed=True)


def _older(path: str, title: str, measure: str) -> None:
    def answer(call: Call) -> Json:
        domain = call.query.get("domain")
        period = call.integer("period", 300, 60, DAY_SECONDS)
        window = call.query.get("startTime"), call.query.get("endTime")
        return _measured(call, [domain] if domain else [], *window, period, measure, keyed=False)

    SERVICE.operation("GET", f"/v2/stat/{path}", name=f"Get{title}Statistics", access="read")(answer)


_older("pv", "Pv", "pv")
_older("flow", "Flow", "flow")
_older("srcflow", "OriginFlow", "src_flow")
_older("hitrate", "HitRate", "hit")
_older("httpcode", "HttpCode", "httpcode")
_older("avgspeed", "Speed", "avg_speed")
_older("uv", "Uv", "uv")


@SERVICE.operation("GET", "/v2/log/{domain}/log", name="ListDomainLogs", access="read")
def logs(call: Call) -> Json:
    """The hourly access logs of a domain; the files themselves are not simulated."""
    domain = find_domain(call)
    moments = _moments(call, call.query.get("startTime"), call.query.get("endTime"), 3600)
    entries = [
        {
            "logTimeBegin": iso(datetime.fromtimestamp(moment, UTC)),
            "logTimeEnd": iso(datetime.fromtimestamp(moment + 3600, UTC)),
            "fileName": f"{domain['id']}-{datetime.fromtimestamp(moment, UTC):%Y%m%d%H}.gz",
            "fileSize": point.requests * 40,
        }
        for moment, point in _points(call, domain, moments, 3600)
    ]
    return {"logs": entries}


@SERVICE.operation("GET", "/v2/utils", query={"action": "describeIp"}, name="DescribeIp", access="read")
def describe_ip(call: Call) -> Json:
    """Whether an address is a node."""
    try:
        address = ip_address(call.query.get("ip", ""))
    except ValueError:
        raise invalid_parameter("ip must be an address.") from None
    region = next((place for text, place in NODES.items() if address in ip_network(text)), None)
    return {"cdnIP": region is not None, "isp": "ct" if region else "", "region": region or ""}


@SERVICE.operation("GET", "/v2/nodes/list", name="ListNodes", access="read")
def list_nodes(call: Call) -> Json:
    """The networks of the nodes, for the firewall of an origin."""
    return {"details": [{"city": place, "ipv4": network} for network, place in NODES.items()]}
