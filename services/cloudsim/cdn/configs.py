"""Settings of a domain: one get and one put for each, and the whole at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from cloudsim.cdn.service import DOMAINS, SERVICE, cname_of, find_domain, save, status_of
from cloudsim.certificate.certificates import DEPLOYMENTS, state_of
from cloudsim.certificate.service import CERTIFICATES
from cloudsim.faults import scenarios
from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import CloudError
from cloudsim.world.moments import iso

Json = dict[str, Any]
MAX_TTL_SECONDS = 31_536_000


class Origin(BaseModel):
    """Where a domain's content comes from."""

    peer: Annotated[str, Field(min_length=1, max_length=255)]
    host: str | None = None
    backup: bool | None = None
    follow302: bool | None = None
    weight: Annotated[int, Field(ge=1, le=100)] | None = None


class Ttl(BaseModel):
    """How long nodes keep something, in seconds."""

    type: Literal["suffix", "path", "origin", "code", "exactPath"]
    value: str
    ttl: Annotated[int, Field(ge=0, le=MAX_TTL_SECONDS)]
    weight: Annotated[int, Field(ge=0, le=100)] | None = None


class RefererAcl(BaseModel):
    """Which pages may show the content."""

    blackList: Annotated[list[str], Field(max_length=100)] = []
    whiteList: Annotated[list[str], Field(max_length=100)] = []
    allowEmpty: bool = True


class IpAcl(BaseModel):
    """Which addresses may fetch the content."""

    blackList: Annotated[list[str], Field(max_length=500)] = []
    whiteList: Annotated[list[str], Field(max_length=500)] = []


class Https(BaseModel):
    """TLS at the nodes."""

    enabled: bool
    certId: str | None = None
    httpRedirect: bool | None = None
    httpRedirectCode: int | None = None
    httpsRedirect: bool | None = None
    http2Enabled: bool | None = None
    httpOrigin: bool | None = None


class ErrorPage(BaseModel):
    """What is shown instead of an error."""

    code: Annotated[int, Field(ge=400, le=599)]
    url: str
    redirectCode: int | None = None


Switch = dict[str, Any]
# Setting -> (what it may hold, what it holds at first).
SETTINGS: dict[str, tuple[Any, Any]] = {
    "cacheTTL": (list[Ttl], [{"type": "path", "value": "/", "ttl": 86_400, "weight": 1}]),
    "cacheFullUrl": (bool, True),
    "refererACL": (RefererAcl, {"blackList": [], "whiteList": [], "allowEmpty": True}),
    "ipACL": (IpAcl, {"blackList": [], "whiteList": []}),
    "https": (Https, {"enabled": False}),
    "errorPage": (list[ErrorPage], []),
    "limitRate": (Annotated[int, Field(ge=0, le=1_073_741_824)], 0),
    "ocsp": (bool, False),
    "quic": (bool, False),
    "ipv6Dispatch": (Switch, {"enable": False}),
    "offlineMode": (bool, False),
    "rangeSwitch": (str | bool, "off"),
    "httpHeader": (list[Switch], []),
    "cacheShare": (Switch, {"enabled": False}),
    "trafficLimit": (Switch, {"enable": False}),
    "uaAcl": (Switch, {"blackList": [], "whiteList": []}),
    "originProtocol": (Switch, {"value": "http"}),
    "retryOrigin": (Switch, {"codes": [500, 502, 503, 504]}),
    "cors": (Switch, {"allow": "off", "originList": []}),
    "accessLimit": (Switch, {"enabled": False}),
    "clientIp": (Switch, {"enabled": True, "name": "X-Real-IP"}),
    "mobileAccess": (Switch, {"distinguishClient": False}),
    "fileTrim": (bool | Switch, False),
    "mediaDrag": (Switch, {}),
    "compress": (Switch | str | bool, {"allow": "all"}),
    "requestAuth": (Switch, {}),
    "dsa": (Switch, {"enabled": False}),
    "followProtocol": (bool, False),
    "seoSwitch": (Switch, {"diretlyOrigin": "OFF", "pushRecord": "OFF"}),
}
# The one setting whose body names it otherwise than the query does.
BODY_NAMES = {"mediaDrag": "mediaDragConf"}


class OriginBody(BaseModel):
    """Body of SetDomainOrigin."""

    origin: Annotated[list[Origin], Field(min_length=1, max_length=20)]
    defaultHost: str | None = None


class MultiBody(BaseModel):
    """Body of SetDomainMultiConfigs: setting -> value, or setting -> {setting: value} as the SDK sends it."""

    multiConfigs: Annotated[Json, Field(min_length=1, max_length=40)]


def default_config() -> Json:
    """The settings of a new domain."""
    copied: Json = orjson.loads(orjson.dumps({name: value for name, (_, value) in SETTINGS.items()}))
    return copied


def checked(name: str, value: Any) -> Any:
    """The value of a setting as it is stored; raises InappropriateJSON."""
    adapter: TypeAdapter[Any] = TypeAdapter(SETTINGS[name][0])
    try:
        parsed = adapter.validate_python(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise CloudError("InappropriateJSON", f"The setting {name} is not acceptable: {first['msg'][:200]}") from None
    return adapter.dump_python(parsed, exclude_none=True)


def _check_https(call: Call, domain: str, value: Json) -> None:
    if not value["enabled"]:
        return
    state = state_of(call, value.get("certId"), domain)
    if state in ("none", "missing"):
        call.owned(CERTIFICATES, str(value.get("certId", "")))
    if state != "valid":
        raise CloudError("OperationDenied", f"The certificate cannot be used for {domain}: it is {state}.")


def _apply(call: Call, name: str, value: Any) -> None:
    document = find_domain(call)
    stored = checked(name, value)
    if name == "https":
        _check_https(call, document["id"], stored)
    save(call, {**document, "lastModifyTime": iso(call.now)}, {name: stored})
    parameters = {"valid": stored["enabled"]} if name == "https" else {}
    scenarios.react(call.world, "SetDomain" + name[0].upper() + name[1:], document["id"], parameters, call.now)


def _put(name: str) -> Callable[[Call], None]:
    def put(call: Call) -> None:
        try:
            body = orjson.loads(call.raw_body or b"{}")
        except orjson.JSONDecodeError:
            raise CloudError("MalformedJSON", "The JSON you provided is not well-formed.") from None
        key = BODY_NAMES.get(name, name)
        if not isinstance(body, dict) or key not in body:
            raise CloudError("InappropriateJSON", f"The field {key!r} is required.")
        _apply(call, name, body[key])

    return put


def _get(name: str) -> Callable[[Call], Json]:
    return lambda call: {name: find_domain(call)["config"][name]}


for _name in SETTINGS:
    _title = _name[0].upper() + _name[1:]
    _path = "/v2/domain/{domain}/config"
    SERVICE.operation("GET", _path, query=_name, name=f"GetDomain{_title}", access="read")(_get(_name))
    SERVICE.operation("PUT", _path, query=_name, name=f"SetDomain{_title}", access="operate")(_put(_name))


@SERVICE.operation(
    "PUT",
    "/v2/domain/{domain}/config",
    query="origin",
    name="SetDomainOrigin",
    access="operate",
    body=OriginBody,
)
def set_origin(call: Call, body: OriginBody) -> None:
    """Fetch the content from elsewhere."""
    document = find_domain(call)
    origin = [one.model_dump(exclude_none=True) for one in body.origin]
    before = {one["peer"] for one in document["config"]["origin"]}
    save(call, {**document, "lastModifyTime": iso(call.now)}, {"origin": origin})
    moved = not before & {one.peer for one in body.origin}
    scenarios.react(call.world, "SetDomainOrigin", document["id"], {"elsewhere": moved}, call.now)


@SERVICE.operation(
    "PUT",
    "/v2/domain/{domain}/config",
    query="multiConfigs",
    name="SetDomainMultiConfigs",
    access="operate",
    body=MultiBody,
)
def set_many(call: Call, body: MultiBody) -> None:
    """Several settings at once; all or none."""
    for name, value in body.multiConfigs.items():
        if name not in SETTINGS:
            raise CloudError("InappropriateJSON", f"There is no setting {name[:40]!r}.")
        key = BODY_NAMES.get(name, name)
        _apply(call, name, value[key] if isinstance(value, dict) and set(value) == {key} else value)


@SERVICE.operation("GET", "/v2/domain/{domain}/config", name="GetDomainConfig", access="read")
def get_config(call: Call) -> Json:
    """Every setting, with status and address of the domain."""
    document = find_domain(call)
    return {
        "domain": document["id"],
        "cname": cname_of(document["id"]),
        "status": status_of(call.world, document),
        "createTime": document["createTime"],
        "lastModifyTime": document["lastModifyTime"],
        "isBan": "YES" if not document["icp"] else "NO",
        **document["config"],
    }


def _deployed(call: Call, certificate_id: str) -> list[str]:
    return [
        str(one["id"])
        for one in call.collection(DOMAINS).all_of(call.account_id)
        if one["config"]["https"].get("certId") == certificate_id and one["config"]["https"]["enabled"]
    ]


DEPLOYMENTS.append(_deployed)
