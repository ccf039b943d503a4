"""The one place that lists the services of the cloud."""

from __future__ import annotations

from cloudsim import aip, bcc, bcm, billing, blb, bos, ca, cdn, certificate, console, eip, rds, sts, vpc
from cloudsim.protocol.routing import Service

ALL: tuple[Service, ...] = (
    bcc.SERVICE,
    bcm.SERVICE,
    eip.SERVICE,
    billing.SERVICE,
    sts.SERVICE,
    console.SERVICE,
    aip.SERVICE,
    vpc.SERVICE,
    certificate.SERVICE,
    blb.SERVICE,
    bos.SERVICE,
    cdn.SERVICE,
    rds.SERVICE,
    ca.SERVICE,
)

SERVICES: dict[str, Service] = {service.name: service for service in ALL}
