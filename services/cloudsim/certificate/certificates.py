"""Certificates: what is uploaded is parsed; a private key is checked against it and then thrown away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import NameOID
from pydantic import BaseModel, Field

from cloudsim.certificate.service import CERTIFICATES, SERVICE
from cloudsim.faults import scenarios
from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import CloudError, invalid_parameter
from cloudsim.store.collection import Document
from cloudsim.world.moments import iso, parse

Json = dict[str, Any]
# Services that deploy certificates say here which of their resources use one.
DEPLOYMENTS: list[Callable[[Call, str], list[str]]] = []
Pem = Annotated[str, Field(max_length=65_536)]


class Upload(BaseModel):
    """Body of CreateCert and ReplaceCert; PEM texts."""

    certName: Annotated[str, Field(min_length=1, max_length=65)]
    certServerData: Pem
    certPrivateData: Pem | None = None
    certLinkData: Pem | None = None
    certType: Annotated[int, Field(ge=1, le=2)] = 1


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a certificate says about itself."""

    common_name: str
    names: list[str]
    start: datetime
    stop: datetime


def read_certificate(text: str, private: str | None) -> Parsed:
    """Parse a PEM certificate and check that the key belongs to it; raises InvalidHTTPRequest."""
    try:
        certificate = x509.load_pem_x509_certificate(text.encode())
        names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        alternatives = _alternative_names(certificate)
    except (ValueError, x509.DuplicateExtension):
        raise invalid_parameter("certServerData is not a PEM certificate.") from None
    if private is not None:
        _check_key(certificate, private)
    common = str(names[0].value) if names else (alternatives or [""])[0]
    return Parsed(common, alternatives, certificate.not_valid_before_utc, certificate.not_valid_after_utc)


def _alternative_names(certificate: x509.Certificate) -> list[str]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return []
    return found.value.get_values_for_type(x509.DNSName)


def _check_key(certificate: x509.Certificate, private: str) -> None:
    raw, form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    try:
        key = serialization.load_pem_private_key(private.encode(), None)
    except (ValueError, TypeError):
        raise invalid_parameter("certPrivateData is not a PEM private key.") from None
    if key.public_key().public_bytes(raw, form) != certificate.public_key().public_bytes(raw, form):
        raise invalid_parameter("The private key does not belong to the certificate.")


def view(document: Document) -> Json:
    """The certificate of the public protocol."""
    return {
        "certId": document["id"],
        "certName": document["name"],
        "certCommonName": document["commonName"],
        "certDNSNames": ",".join(document["names"]),
        "certStartTime": document["startTime"],
        "certStopTime": document["stopTime"],
        "certCreateTime": document["createTime"],
        "certUpdateTime": document["updateTime"],
        "certType": document["type"],
    }


def covers(document: Document, domain: str) -> bool:
    """Whether a certificate names a domain, with wildcards of one label."""
    wildcard = "*." + domain.partition(".")[2]
    return any(name in (domain, wildcard) for name in [document["commonName"], *document["names"]])


def is_valid(document: Document, now: datetime) -> bool:
    """Whether its time has come and is not over."""
    return parse(document["startTime"]) <= now < parse(document["stopTime"])


def state_of(call: Call, certificate_id: str | None, domain: str) -> str:
    """`none`, `missing`, `expired`, `mismatch` or `valid`, for whoever deploys it."""
    if not certificate_id:
        return "none"
    found = call.collection(CERTIFICATES).get(certificate_id)
    if found is None or found["accountId"] != call.account_id:
        return "missing"
    if not is_valid(found, call.now):
        return "expired"
    return "valid" if covers(found, domain) else "mismatch"


def _fields(body: Upload) -> Json:
    parsed = read_certificate(body.certServerData, body.certPrivateData)
    return {
        "name": body.certName,
        "commonName": parsed.common_name,
        "names": parsed.names,
        "startTime": iso(parsed.start),
        "stopTime": iso(parsed.stop),
        "type": body.certType,
        "hasChain": bool(body.certLinkData),
    }


@SERVICE.operation("POST", "/v1/certificate", name="CreateCert", access="operate", body=Upload, idempotent=True)
def create_certificate(call: Call, body: Upload) -> Json:
    """Upload a certificate."""
    if any(one["name"] == body.certName for one in call.collection(CERTIFICATES).all_of(call.account_id)):
        raise CloudError("OperationDenied", f"A certificate named {body.certName!r} exists already.")
    document: Document = {
        "id": call.world.ids.new("cert"),
        "accountId": call.account_id,
        "region": "",
        "createTime": iso(call.now),
        "updateTime": iso(call.now),
        **_fields(body),
    }
    call.collection(CERTIFICATES).put(document)
    return {"certName": document["name"], "certId": document["id"]}


@SERVICE.operation("GET", "/v1/certificate", name="ListCerts", access="read")
def list_certificates(call: Call) -> Json:
    """Every certificate of the account."""
    return {"certs": [view(one) for one in call.collection(CERTIFICATES).all_of(call.account_id)]}


@SERVICE.operation("GET", "/v1/certificate/{cert_id}", name="GetCert", access="read")
def get_certificate(call: Call) -> Json:
    """One certificate."""
    return view(call.owned(CERTIFICATES, call.params["cert_id"]))


@SERVICE.operation(
    "PUT", "/v1/certificate/{cert_id}", query="certData", name="ReplaceCert", access="operate", body=Upload
)
def replace_certificate(call: Call, body: Upload) -> None:
    """Put new data under the same id: everything that deploys it has the new one at once."""
    document = call.owned(CERTIFICATES, call.params["cert_id"])
    document.update(_fields(body), updateTime=iso(call.now))
    call.collection(CERTIFICATES).put(document)
    parameters = {"valid": is_valid(document, call.now)}
    scenarios.react(call.world, "ReplaceCert", document["id"], parameters, call.now)


@SERVICE.operation("DELETE", "/v1/certificate/{cert_id}", name="DeleteCert", access="full")
def delete_certificate(call: Call) -> None:
    """Remove a certificate that nothing deploys."""
    document = call.owned(CERTIFICATES, call.params["cert_id"])
    users = [user for find in DEPLOYMENTS for user in find(call, document["id"])]
    if users:
        raise CloudError("OperationDenied", f"The certificate is deployed on {', '.join(users[:5])}.")
    call.collection(CERTIFICATES).delete(document["id"])
