"""What a load needs: processes, stores, brokers, disk, memory and money."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

from deploy.capacity.inputs import Inputs
from deploy.capacity.load import BUILT, DAY_S, YEAR_S, Design, Load, diagnoses_per_journey, load
from shared.messaging.inbox import KEPT
from shared.messaging.topics import EVENT_RETENTION_MS
from shared.runtime.database import POOL_SIZE, READ_POOL_SIZE

GB = 1e9
MONTHS = 12
KAFKA_DAYS = EVENT_RETENTION_MS / 1000 / DAY_S
PROCESS, STORE = "processor_us", "store_us"
"""Figures of `demand.json`: what matching's own process costs, and what its PostgreSQL does."""
CONNECTIONS = POOL_SIZE + READ_POOL_SIZE + 4
"""Of one process at most: of its pool, of the API's reads, and one each of relay, timers, sweeps and resumer. The chart
has the number as `connectionsPerProcess`."""


class Copies(NamedTuple):
    """What a lost node may cost, by size: as the chart's values have it."""

    least_suppliers: float
    copies: int
    """Of each record and each store."""
    processes: int
    """Of each service at least."""


COPIES = (Copies(1_000_000, 3, 3), Copies(10_000, 3, 2), Copies(0, 1, 1))


@dataclass(frozen=True)
class Stage:
    """One service with its store, at the peak. Of a service in shards: all of them together."""

    name: str
    shards: int
    consumed: float
    """Events per second at the peak."""
    busy: float
    """Processors that its processes keep busy at the peak."""
    processes: int
    relay: float
    """Share of one relay's time."""
    store_busy: float
    """Processors of all its primaries at the peak."""
    store_gb: float
    """After a year: state, inbox and journal."""
    journal_gb: float
    """That a year adds."""
    store_gb_at_end: float
    """After as many years as a journal is kept."""
    hot_gb: float
    """State and inbox."""

    @property
    def a_store_gb(self) -> float:
        """Of one shard, after a year."""
        return self.store_gb / self.shards

    @property
    def a_store_gb_at_end(self) -> float:
        """Of one shard."""
        return self.store_gb_at_end / self.shards


@dataclass(frozen=True)
class Need:
    """For one number of suppliers."""

    design: Design
    load: Load
    copies: int
    stages: dict[str, Stage]
    sweep_s: float
    """Until one new requirement has visited every firm of its area."""
    published: float
    """Events per second at the peak, as `consumed`."""
    consumed: float
    brokers: int
    kafka_busy: float
    kafka_gb: float
    """Of all brokers: retention, copies and headroom."""
    cores: float
    memory_gb: float
    ssd_gb: float
    """Provisioned, after a year."""
    archive_gb: float
    """A year's journal, and one backup of each store."""
    usd_month: float


def need(inputs: Inputs, suppliers: float, design: Design = BUILT) -> Need:
    """Reckon it."""
    work = load(inputs, suppliers, design)
    size = next(each for each in COPIES if suppliers >= each.least_suppliers)
    stages = {name: _stage(inputs, work, name, design, size) for name in inputs.program["services"]}
    published = sum(flow.peak for flow in work.flows.values())
    consumed = sum(stage.consumed for stage in stages.values())
    kafka_gb = _logged(inputs, work) * size.copies * inputs.assumed.disk_headroom
    kafka_busy = (published + consumed) * inputs.measured("engines", "kafka") / 1e6
    brokers = max(size.copies, ceil(kafka_gb / inputs.assumed.largest_broker_gb))
    cores, memory_gb = _machines(inputs, stages, size, brokers, kafka_busy, kafka_gb)
    ssd_gb = kafka_gb + sum(stage.store_gb for stage in stages.values()) * size.copies * inputs.assumed.disk_headroom
    archive_gb = sum(stage.store_gb + stage.journal_gb for stage in stages.values())
    return Need(
        design, work, size.copies, stages, work.visits_per_sweep * visit_s(inputs, work), published, consumed,
        brokers, kafka_busy, kafka_gb, cores, memory_gb, ssd_gb, archive_gb,
        _usd(inputs, cores, memory_gb, ssd_gb, archive_gb),
    )  # fmt: skip


def _stage(inputs: Inputs, work: Load, name: str, design: Design, size: Copies) -> Stage:
    assumed = inputs.assumed
    shards = design.shards if name == "matching" else 1
    consumed = sum(flow.peak for flow in work.read_by(name))
    decided = sum(flow.peak for flow in work.written_by(name))
    busy, store_busy = _busy(inputs, work, name, consumed, decided)
    state, inbox, journal = _stored(inputs, work, name)
    kept = assumed.journal_in_store_months / MONTHS if design.archive else assumed.journal_years
    return Stage(
        name,
        shards,
        consumed,
        busy,
        max(size.processes, ceil(busy / assumed.utilisation / shards)) * shards,
        decided / shards / inputs.measured("relay", "ours"),
        store_busy,
        state + inbox + journal * min(kept, 1),
        journal,
        state + inbox + journal * kept,
        state + inbox,
    )


def _busy(inputs: Inputs, work: Load, name: str, consumed: float, decided: float) -> tuple[float, float]:
    """Processors of the processes, and of the stores, at the peak."""
    store = (consumed + decided) * inputs.measured("engines", "postgres") / 1e6
    # Everything that a stage decides and was not told is somebody's command; to count all as commands is too much.
    own = decided / inputs.measured("http", "ours") if name != "matching" else 0.0
    if not consumed:
        return own, store
    own += consumed / inputs.measured("stages", name)
    if name == "matching":
        own += work.journeys * _demand_s(inputs, work) + sweeping_cores(inputs, work)
        store += (
            sweeping_cores(inputs, work)
            * inputs.demand_line("swept", STORE).at(work.seen)
            / 1e6
            / visit_s(inputs, work)
        )
    return own, store


def _demand_s(inputs: Inputs, work: Load) -> float:
    """What a journey costs matching because more is asked for than in the sample that the bench measures with."""
    more: float = max(work.seen - inputs.program["requirements"], 0)
    registered, diagnosed = (inputs.demand_line(work_, PROCESS).slope for work_ in ("registered", "diagnosed"))
    return more * (registered + diagnosed * diagnoses_per_journey(inputs)) / 1e6


def visit_s(inputs: Inputs, work: Load) -> float:
    """Seconds for which a sweep is at one firm: computing, then the store; both have what they need."""
    return sum(inputs.demand_line("swept", figure).at(work.seen) for figure in (PROCESS, STORE)) / 1e6


def sweeping_cores(inputs: Inputs, work: Load) -> float:
    """Processes that sweeps keep busy: a working day's may take the whole day and night."""
    return work.visits_year / inputs.assumed.working_days / DAY_S * visit_s(inputs, work)


def _stored(inputs: Inputs, work: Load, name: str) -> tuple[float, float, float]:
    """GB of state, inbox, and what a year adds to the journal."""
    row = inputs.program["services"][name]
    per_supplier = row["state_bytes"] / inputs.program["suppliers"]
    if name == "matching":
        per_supplier = inputs.store_line().at(work.seen)
    inbox = sum(flow.year for flow in work.read_by(name)) * KEPT.total_seconds() / YEAR_S
    claim = row["inbox_bytes"] / max(row["consumed"], 1)
    written = sum(flow.stored for flow in work.written_by(name))
    return work.suppliers * per_supplier / GB, inbox * claim / GB, written / GB


def _logged(inputs: Inputs, work: Load) -> float:
    """GB of one copy. A campaign within the month that is kept counts whole: it is above the mean of a year."""
    share = max(KAFKA_DAYS / 365, inputs.assumed.campaign_share)
    return sum(flow.logged for flow in work.flows.values()) * share / GB


def _machines(
    inputs: Inputs, stages: dict[str, Stage], size: Copies, brokers: int, kafka_busy: float, kafka_gb: float
) -> tuple[float, float]:
    """Processors and GB of memory of everything that runs."""
    assumed = inputs.assumed
    cores = max(brokers * assumed.broker_least_cores, kafka_busy * size.copies / assumed.utilisation)
    memory = brokers * assumed.broker_least_gb + kafka_gb * assumed.broker_cached
    for stage in stages.values():
        cores += max(stage.processes * assumed.process_cores, stage.busy / assumed.utilisation)
        memory += stage.processes * max(assumed.process_gb, 2 * inputs.process_mb / 1000)
        instances = stage.shards * size.copies
        cores += max(assumed.store_least_cores * instances, stage.store_busy * size.copies / assumed.utilisation)
        memory += max(assumed.store_least_gb * instances, stage.hot_gb * size.copies * assumed.store_cached)
    return cores, memory


def _usd(inputs: Inputs, cores: float, memory_gb: float, ssd_gb: float, archive_gb: float) -> float:
    assumed = inputs.assumed
    return (
        cores * assumed.core_usd
        + memory_gb * assumed.memory_usd
        + ssd_gb * assumed.ssd_usd
        + archive_gb * assumed.archive_usd
    )
