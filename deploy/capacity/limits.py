"""What breaks first when the suppliers grow, at how many, and the next move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt

from deploy.capacity.inputs import Inputs
from deploy.capacity.load import BUILT, Design
from deploy.capacity.need import CONNECTIONS, Need, Stage, need
from services.matching.domain.alignment import MOST_ALIGNED

FEWEST, MOST = 100.0, 1e9
CLOSE = 1.005

MORE_PARTITIONS = "more partitions: a new version of the topic, because a key's order hangs on their number"
REGIONS = "matching in regions, each with its own stage and store"
MORE_REGIONS = "smaller regions"
ARCHIVE = "months of the journal that are over go to an archive"
SHARD = "shard the stage's store by supplier"


@dataclass(frozen=True)
class Limit:
    """A resource, the share of it that is used (1 is all of it), and what to do then."""

    resource: str
    share: float
    move: str


@dataclass(frozen=True)
class Break:
    resource: str
    suppliers: float
    move: str


def limits(inputs: Inputs, found: Need) -> Iterator[Limit]:
    """Everything that has an end, for one need."""
    assumed = inputs.assumed
    regions = REGIONS if found.design.shards == 1 else MORE_REGIONS
    yield Limit("a new requirement is swept in time", found.sweep_s / assumed.sweep_patience_s, regions)
    aligned = inputs.matches_line().at(found.load.seen) / MOST_ALIGNED
    yield Limit(f"a firm's alignment names at most {MOST_ALIGNED:,} requirements", aligned, regions)
    for stage in found.stages.values():
        yield from _of_stage(inputs, stage, found.design)
    disk = found.kafka_gb / found.copies / assumed.largest_broker_gb
    yield Limit("one Kafka broker per copy", disk, "more brokers, and partitions moved onto them")


def _of_stage(inputs: Inputs, stage: Stage, design: Design) -> Iterator[Limit]:
    assumed, shards, name = inputs.assumed, stage.shards, stage.name
    wanted = stage.busy / assumed.utilisation / shards
    process, primary, disk = _moves(design, matching=name == "matching")
    if stage.consumed:
        yield Limit(f"{name}: a process for each partition", wanted / design.partitions, process)
    connections = wanted * CONNECTIONS / assumed.store_connections
    yield Limit(f"{name}: connections of its store", connections, "a connection pooler before the store")
    yield Limit(f"{name}: one relay is the leader", stage.relay / assumed.utilisation, "a relay per group of topics")
    store = stage.store_busy / assumed.utilisation / shards / assumed.largest_store_cores
    yield Limit(f"{name}: one primary writes", store, primary)
    yield Limit(f"{name}: size of its store", stage.a_store_gb_at_end / assumed.largest_store_gb, disk)


def _moves(design: Design, *, matching: bool) -> tuple[str, str, str]:
    """What comes next when processes, a primary or its disk are at their end: the first that was not done yet."""
    if not matching:
        return MORE_PARTITIONS, SHARD, SHARD if design.archive else ARCHIVE
    regions = REGIONS if design.shards == 1 else MORE_REGIONS
    return regions, regions, regions if design.archive else ARCHIVE


def breaks(inputs: Inputs, design: Design = BUILT) -> list[Break]:
    """By the number of suppliers at which each resource ends, the first first; without those that hold for all."""
    names = [limit.resource for limit in limits(inputs, need(inputs, MOST, design)) if limit.share > 1]
    found = [_where(inputs, design, name) for name in names]
    return sorted(found, key=lambda each: each.suppliers)


def _where(inputs: Inputs, design: Design, resource: str) -> Break:
    """Every share grows with the suppliers, so halving finds where it passes 1."""
    low, high, move = FEWEST, MOST, ""
    while high / low > CLOSE:
        middle = sqrt(low * high)
        limit = _named(inputs, design, resource, middle)
        low, high = (low, middle) if limit.share > 1 else (middle, high)
        move = limit.move
    return Break(resource, high, move)


def _named(inputs: Inputs, design: Design, resource: str, suppliers: float) -> Limit:
    found = need(inputs, suppliers, design)
    return next(limit for limit in limits(inputs, found) if limit.resource == resource)
