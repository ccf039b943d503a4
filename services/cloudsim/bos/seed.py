"""Plants buckets and a few objects: the ones the seed names, and one bucket for some generated accounts."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Any

from cloudsim.bos.access import canned_rules
from cloudsim.bos.buckets import new_bucket
from cloudsim.bos.service import BUCKETS, CONTENTS, OBJECTS, SERVICE
from cloudsim.store.collection import Document
from cloudsim.world.chance import unit
from cloudsim.world.seeding import Seeding

GENERATED_LOOKED_AT = 40
GENERATED_SHARE = 0.5
GENERATED_OBJECTS = ["backup/2026-11-01.tar.gz", "site/index.html", "site/logo.png"]
TYPES = {"png": "image/png", "jpg": "image/jpeg", "html": "text/html", "js": "text/javascript", "css": "text/css"}


def _entries(seeding: Seeding) -> Iterator[tuple[str, dict[str, Any]]]:
    for account_key, entries in seeding.section("buckets").items():
        for entry in entries:
            yield account_key, entry
    for index in range(min(GENERATED_LOOKED_AT, seeding.section("generated").get("accounts", 0))):
        if unit(f"{seeding.name}|bucket|{index}") < GENERATED_SHARE:
            yield f"generated-{index}", {"name": f"assets-{index:03d}-{seeding.name}", "objects": GENERATED_OBJECTS}


def _object(seeding: Seeding, bucket: Document, key: str) -> tuple[Document, Document]:
    data = f"{bucket['id']}/{key}\n".encode() * 16
    identifier = f"{bucket['id']}/{key}"
    document: Document = {
        "id": identifier,
        "accountId": bucket["accountId"],
        "region": bucket["region"],
        "bucket": bucket["id"],
        "key": key,
        "size": len(data),
        "eTag": hashlib.md5(data, usedforsecurity=False).hexdigest(),
        "lastModified": seeding.day(-20 * unit(identifier) - 1),
        "contentType": TYPES.get(key.rpartition(".")[2], "application/octet-stream"),
        "storageClass": "STANDARD",
        "meta": {},
        "appendable": False,
    }
    content = {"id": identifier, "accountId": bucket["accountId"], "data": base64.b64encode(data).decode()}
    return document, content


@SERVICE.seeder
def plant_buckets(seeding: Seeding) -> None:
    """Store buckets, objects and their bytes."""
    for account_key, entry in _entries(seeding):
        account_id = seeding.account_ids[account_key]
        bucket = new_bucket(entry["name"], account_id, entry.get("region", "bj"), seeding.day(-200))
        canned = entry.get("acl", "private")
        objects = [_object(seeding, bucket, key) for key in entry.get("objects", [])]
        bucket.update(
            acl=canned_rules(canned, account_id),
            canned=canned,
            cors=entry.get("cors", []),
            usedBytes=sum(document["size"] for document, _ in objects),
        )
        seeding.put(BUCKETS, [bucket])
        seeding.put(OBJECTS, (document for document, _ in objects))
        seeding.put(CONTENTS, (content for _, content in objects))
