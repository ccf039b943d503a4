"""Certificates of the account: upload, list, detail, replace, delete."""

from cloudsim.certificate import certificates, seed
from cloudsim.certificate.service import SERVICE

__all__ = ["SERVICE", "certificates", "seed"]
