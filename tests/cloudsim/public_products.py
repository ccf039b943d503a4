"""What a customer can see of buckets, domains, certificates, load balancers, networks and databases."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
from baidubce.exception import BceHttpClientError
from baidubce.services.blb.blb_client import BlbClient
from baidubce.services.bos.bos_client import BosClient
from baidubce.services.cdn.cdn_client import CdnClient
from baidubce.services.cert.cert_client import CertClient
from baidubce.services.rds.rds_client import RDSClient
from baidubce.services.vpc.acl_client import AclClient

if TYPE_CHECKING:
    from public_view import PublicView

LONG_AGO = 1_700_000_000
SOON = timedelta(days=14)


def _now(view: PublicView) -> datetime:
    return datetime.fromisoformat(view.cloud.control.get("/clock").json()["now"])


def _code(answer: httpx.Response) -> str:
    return "200" if answer.status_code == 200 else str(answer.json()["code"])


def _bucket(view: PublicView, name: str) -> Any:
    bos, bucket = view.cloud.client(BosClient, "bos", view.key), view.resource_id
    try:
        if name == "cors":
            return str(len(bos.get_bucket_cors(bucket).cors_configuration))
        if name == "GetRequestCount":
            return view.metric(name, "BCE_BOS", "BucketId")
        grants = bos.get_bucket_acl(bucket).access_control_list
    except BceHttpClientError as error:
        return error.code
    everybody = [grant for grant in grants if any(one.id == "*" for one in grant.grantee)]
    if name == "public":
        return any(grant.condition is None for grant in everybody)
    if name == "referers":
        linked = [grant.condition.referer for grant in everybody if grant.condition is not None]
        return " ".join(text for one in linked for text in one.string_like)
    raise KeyError(name)


FIRST_OBJECTS = {
    "dawnlight-assets": "css/site.css",
    "bluebay-static": "app/main.css",
    "starfruit-goods": "goods/1001.jpg",
    "manifold-patches": "v1/client.zip",
}


def _download(view: PublicView, name: str) -> str:
    """What somebody gets who opens an address of the first object."""
    key = FIRST_OBJECTS[view.resource_id]
    if name == "anonymous":
        return _code(httpx.get(f"{view.cloud.endpoint('bos')}/{view.resource_id}/{key}"))
    bos = view.cloud.client(BosClient, "bos", view.key)
    return _code(httpx.get(bos.generate_pre_signed_url(view.resource_id, key, LONG_AGO, 600).decode()))


def _domain(view: PublicView, name: str) -> Any:
    cdn = view.cloud.client(CdnClient, "cdn", view.key)
    if name == "status":
        return cdn.get_domain_config(view.resource_id).status
    if name == "icp":
        raw = view.signed("cdn", b"GET", f"/v2/domain/{view.resource_id}/icp".encode()).raw_data
        return re.search(r'"IcpStatus":\s*"(\w+)"', str(raw))[1]
    if name.startswith("share"):
        return _share(view, name.removeprefix("share"))
    return getattr(cdn.get_domain_config(view.resource_id), name)


def _share(view: PublicView, code: str) -> float:
    """Percent of the answers of the last ten minutes with a status."""
    now = _now(view)
    window = [f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in (now - timedelta(minutes=10), now)]
    cdn = view.cloud.client(CdnClient, "cdn", view.key)
    counters = [
        one for point in cdn.get_domain_httpcode_stat(view.resource_id, *window, 60).details for one in point.counters
    ]
    return 100 * sum(one.count for one in counters if one.name == code) / max(1, sum(one.count for one in counters))


def _purge(view: PublicView, name: str) -> Any:
    cdn = view.cloud.client(CdnClient, "cdn", view.key)
    if name == "left":
        return cdn.list_quota().url_remain
    details = cdn.list_purge_tasks(url=f"https://{view.resource_id}/index.html").details
    return details[-1].status if details else "none"


def _states(view: PublicView, identifiers: list[str]) -> str:
    cert = view.cloud.client(CertClient, "certificate", view.key)
    stop = min(datetime.fromisoformat(cert.get_cert_info(one).cert_stop_time) for one in identifiers)
    return "expired" if stop < _now(view) else "expiring" if stop < _now(view) + SOON else "valid"


def _certificate(view: PublicView, name: str) -> Any:
    deployed = view.cloud.client(CdnClient, "cdn", view.key).get_domain_config(view.resource_id).https.cert_id
    if name == "state":
        return _states(view, [deployed])
    certificates = view.cloud.client(CertClient, "certificate", view.key).list_user_certs().certs
    common = next(one.cert_common_name for one in certificates if one.cert_id == deployed)
    return sum(one.cert_common_name == common and one.cert_id != deployed for one in certificates)


def _balancer(view: PublicView, name: str) -> Any:
    blb = view.cloud.client(BlbClient, "blb", view.key)
    listeners = blb.describe_all_listeners(view.resource_id).listener_list
    if name == "certificate":
        return _states(view, [one for listener in listeners for one in getattr(listener, "cert_ids", None) or []])
    if name == "weight":
        return sum(one.weight for one in blb.describe_backend_servers(view.resource_id).backend_server_list)
    found = blb.describe_health_status(view.resource_id, listeners[0].listener_port).backend_server_list
    return sum(one.status == {"alive": "Alive", "dead": "Dead"}[name] for one in found)


def _acl(view: PublicView, port: str) -> str:
    acl = view.cloud.client(AclClient, "vpc", view.key)
    rules = [one for one in acl.list_subnet_acl(view.instance().subnet_id).acl_rules if one.direction == "ingress"]
    rules.sort(key=lambda rule: int(rule.position))
    return str(next(rule.action for rule in rules if rule.destination_port in (port, "all")))


def _database(view: PublicView, name: str) -> Any:
    rds = view.cloud.client(RDSClient, "rds", view.key)
    detail = rds.get_instance_detail(view.resource_id)
    if name in ("ConnectionUsagePercent", "ActiveConnectionCount", "CpuUsagePercent"):
        return view.metric(name, "BCE_RDS")
    if name == "storage":
        return 100 * detail.used_storage / detail.volume_capacity
    if name == "whiteList":
        return ",".join(rds.get_white_list(view.resource_id).security_ips)
    now = _now(view)
    window = [f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in (now - timedelta(minutes=10), now)]
    if name == "slow":
        return rds.slow_log_detail(view.resource_id, *window, 1, 10).count
    if name == "errors":
        logs = rds.error_log_detail(view.resource_id, *window, 1, 10).error_logs
        return "; ".join(one.log_text for one in logs)
    return getattr(detail, name)


PRODUCTS: dict[str, Callable[[Any, str], Any]] = {
    "bucket": _bucket,
    "download": _download,
    "domain": _domain,
    "purge": _purge,
    "certificate": _certificate,
    "balancer": _balancer,
    "acl": _acl,
    "database": _database,
}
