"""The BOS service object, its documents, and who may do what with them."""

from __future__ import annotations

from cloudsim.bos.access import Asked, refusal
from cloudsim.protocol.call import Call
from cloudsim.protocol.errors import CloudError
from cloudsim.protocol.routing import Service
from cloudsim.store.collection import Document, Kind
from cloudsim.world.identity import ACCOUNTS
from cloudsim.world.metrics import Shape, declare_scope

# A bucket's id is its name: names are unique in the whole cloud.
BUCKETS = Kind("bucket")
OBJECTS = Kind("bos_object", indexed=("bucket",))
CONTENTS = Kind("bos_content")
UPLOADS = Kind("bos_upload", indexed=("bucket",))
PARTS = Kind("bos_part", global_indexed=("uploadId",))
SERVICE = Service("bos", kinds=[BUCKETS, OBJECTS, CONTENTS, UPLOADS, PARTS])
MAX_OBJECT_BYTES = 16 * 1_048_576
MAX_ACCOUNT_BYTES = 256 * 1_048_576

declare_scope(
    "BCE_BOS",
    "BucketId",
    BUCKETS,
    {
        "GetRequestCount": Shape(20, 900, whole=True),
        "PutRequestCount": Shape(1, 60, whole=True),
        "OutBytes": Shape(500_000, 80_000_000, whole=True),
        "Http403Count": Shape(0.0, 2.0, whole=True),
        "Http5xxCount": Shape(0.0, 1.0, whole=True),
    },
)


def find_bucket(call: Call) -> Document:
    """The bucket of the path, whoever owns it; raises NoSuchBucket."""
    name = call.params["bucket"]
    found = call.collection(BUCKETS).get(name)
    if found is None:
        raise CloudError("NoSuchBucket", f"The specified bucket {name[:64]!r} does not exist.")
    return found


def own_bucket(call: Call) -> Document:
    """The bucket of the path when the caller owns it; only owners configure a bucket."""
    found = find_bucket(call)
    if found["accountId"] != call.account_id:
        raise CloudError("AccessDenied", "Access Denied.")
    return found


def check_access(call: Call, bucket: Document, action: str, key: str = "") -> None:
    """Refuse what the access rules do not allow, an account in arrears, and too many requests."""
    owner = call.collection(ACCOUNTS).get(bucket["accountId"])
    if owner is not None and owner["balance"] < 0:
        raise CloudError("AccountOverdue", "Your account is overdue. Please recharge it.")
    stored = call.collection(OBJECTS).get(f"{bucket['id']}/{key}") if key else None
    rules = (stored or {}).get("acl") or bucket["acl"]
    asked = Asked(
        account_id=call.account_id,
        action=action,
        resource=f"{bucket['id']}/{key}",
        referer=call.headers.get("referer", ""),
        address=call.headers.get("x-real-ip", ""),
    )
    code = refusal(rules, bucket["accountId"], asked)
    if code is not None:
        raise CloudError(code, "Access Denied.")
    if bucket.get("throttled"):
        raise CloudError("SlowDown", "Please reduce your request rate.")


def find_object(call: Call, bucket: Document, key: str) -> Document:
    """The object; raises NoSuchKey."""
    found = call.collection(OBJECTS).get(f"{bucket['id']}/{key}")
    if found is None:
        raise CloudError("NoSuchKey", f"The specified key {key[:200]!r} does not exist.")
    return found


def used_bytes(call: Call, account_id: str) -> int:
    """What the account stores."""
    return sum(int(one["usedBytes"]) for one in call.collection(BUCKETS).all_of(account_id))
