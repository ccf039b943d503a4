"""Plants accounts, users and keys from the seed: named ones first, then generated ones."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from cloudsim.store.collection import Document
from cloudsim.world.chance import pick, unit
from cloudsim.world.identity import ACCOUNTS, KEYS, USERS
from cloudsim.world.seeding import Seeding


def hex_id(key: str) -> str:
    """32 hexadecimal digits for a key: account ids, user ids, access keys and secrets of a seed."""
    return hashlib.md5(key.encode(), usedforsecurity=False).hexdigest()


def plant_accounts(seeding: Seeding) -> None:
    """Store every account of the seed and remember its id under its short key."""
    for entry in _entries(seeding):
        account, users, keys = _documents(seeding, entry)
        account["rank"] = len(seeding.account_ids)
        seeding.account_ids[entry["key"]] = account["id"]
        seeding.put(ACCOUNTS, [account])
        seeding.put(USERS, users)
        seeding.put(KEYS, keys)


def _entries(seeding: Seeding) -> Iterator[dict[str, Any]]:
    yield from seeding.section("accounts", [])
    generated = seeding.section("generated")
    names = generated.get("names", {})
    for index in range(generated.get("accounts", 0)):
        yield _generated(f"{seeding.name}|account|{index}", index, names)


def _generated(key: str, index: int, names: dict[str, Any]) -> dict[str, Any]:
    place, trade = pick(key + "|place", names["places"]), pick(key + "|trade", names["trades"])
    number = f" {index}" if index >= 40 else ""
    owner = pick(key + "|owner", names["people"])
    plan = "key" if unit(key + "|plan") < 0.1 else "business" if unit(key + "|plan") < 0.4 else "basic"
    return {
        "key": f"generated-{index}",
        "name": {"zh": place["zh"] + trade["zh"] + number, "en": f"{place['en']} {trade['en']}{number}"},
        "plan": plan,
        "industry": trade["industry"],
        "language": "zh" if unit(key + "|language") < 0.8 else "en",
        "balance": round(200 + 40_000 * unit(key + "|balance") ** 2, 2),
        "users": [{"key": "owner", "name": owner}],
    }


def _documents(seeding: Seeding, entry: dict[str, Any]) -> tuple[Document, list[Document], list[Document]]:
    key = f"{seeding.name}|{entry['key']}"
    account_id = entry.get("id") or hex_id(f"account|{key}")
    account: Document = {
        "id": account_id,
        "accountId": account_id,
        "key": entry["key"],
        "name": entry["name"],
        "plan": entry.get("plan", "basic"),
        "industry": entry.get("industry", "other"),
        "language": entry.get("language", "zh"),
        "balance": float(entry.get("balance", 1000.0)),
        "isService": bool(entry.get("service", False)),
        "trustsSupport": not entry.get("service", False),
        "tam": entry.get("tam"),
    }
    users, keys = [], []
    for user in entry.get("users", []):
        user_id = user.get("id") or hex_id(f"user|{key}|{user['key']}")
        users.append(
            {
                "id": user_id,
                "accountId": account_id,
                "key": user["key"],
                "name": user["name"],
                "grants": user.get("grants", {"*": "full"}),
                "email": user.get("email", f"{user['key']}@{entry['key']}.example"),
            }
        )
        keys.append(
            {
                "id": user.get("accessKey") or hex_id(f"ak|{key}|{user['key']}"),
                "accountId": account_id,
                "userId": user_id,
                "secretKey": user.get("secretKey") or hex_id(f"sk|{key}|{user['key']}"),
            }
        )
    return account, users, keys
