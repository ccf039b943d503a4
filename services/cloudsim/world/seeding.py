"""Builds a world from a seed file: the same file gives the same world, relative to the day it is built."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from cloudsim.store.collection import Document, Kind
from cloudsim.world.moments import iso

if TYPE_CHECKING:
    from cloudsim.protocol.routing import Service
    from cloudsim.world.world import World


class SeedError(ValueError):
    """The seed file cannot be used; the message names the file and the key."""


def read_seed(path: Path) -> dict[str, Any]:
    """The seed document; `parts` names further files beside it whose keys are merged in."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SeedError(f"there is no seed file {str(path)!r}") from None
    except yaml.YAMLError as error:
        raise SeedError(f"{path.name}: not YAML: {error}") from None
    if not isinstance(document, dict) or not isinstance(document.get("name"), str):
        raise SeedError(f"{path.name}: needs a mapping with the key 'name'")
    for part in document.pop("parts", []):
        for key, value in read_part(path.parent / part).items():
            if key in document:
                raise SeedError(f"{part}: key {key!r} appears twice")
            document[key] = value
    return document


def read_part(path: Path) -> dict[str, Any]:
    """One file of a seed."""
    try:
        part = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SeedError(f"there is no seed part {path.name!r}") from None
    if not isinstance(part, dict):
        raise SeedError(f"{path.name}: needs a mapping")
    return part


@dataclass
class Seeding:
    """Passed to every service's seeder.

    `anchor` is the midnight (UTC) before the world was built: times in the seed are days relative to it.
    `account_ids` maps the seed's short account keys ("dawnlight") to account ids, in seed order.
    """

    world: World
    document: dict[str, Any]
    anchor: datetime
    account_ids: dict[str, str] = field(default_factory=dict)
    # (instance id, bandwidth in Mbps) of the instances that get a public address.
    public_instances: list[tuple[str, int]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The seed's name; part of every generated id."""
        return str(self.document["name"])

    def section(self, key: str, default: Any = None) -> Any:
        """A top-level key of the seed file."""
        return self.document.get(key, {} if default is None else default)

    def put(self, kind: Kind, documents: Iterable[Document]) -> None:
        """Store documents."""
        self.world.collection(kind).put_many(documents)

    def day(self, days: float) -> str:
        """ISO time `days` from the anchor (negative: before)."""
        return iso(self.anchor + timedelta(days=days))


def plant(
    world: World, document: dict[str, Any], first: Iterable[Callable[[Seeding], None]], services: Iterable[Service]
) -> None:
    """Fill an empty world: what everybody needs `first`, then each service its part in catalog order."""
    now = world.now()
    seeding = Seeding(world, document, now.replace(hour=0, minute=0, second=0, microsecond=0))
    for plant_part in first:
        plant_part(seeding)
    for service in services:
        for plant_part in service.seeders:
            plant_part(seeding)
