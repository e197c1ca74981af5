"""How much there is to do for a number of suppliers: events, their bytes, and visits of sweeps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from deploy.capacity.inputs import Inputs
from shared.areas import CODES
from shared.messaging.topics import ANCHOR, MATCH, REQUIREMENT

DAY_S = 86_400
YEAR_S = 365 * DAY_S


@dataclass(frozen=True)
class Design:
    """What can be changed to go further; as built unless said otherwise."""

    partitions: int = 6
    """Of a busy topic, and so the most consumers of a stage."""
    shards: int = 1
    """Regions, each with a matching stage and store of its own."""
    reach: int = 1
    """Regions in which a requirement is asked."""
    archive: bool = False
    """Months of the journal that are over leave the store."""


BUILT = Design()
MOVED = Design(shards=8, reach=2, archive=True)
"""The moves that docs/capacity.md describes, together."""


@dataclass(frozen=True)
class Topic:
    """One of the demo's, with who wrote and read it then: the catalogue may have gone on since it was measured."""

    name: str
    writer: str
    readers: tuple[str, ...]


@dataclass(frozen=True)
class Flow:
    """What goes through one topic. Bytes as JSON; `logged` as Kafka has them, `stored` as the writer's journal does."""

    topic: Topic
    year: float = 0.0
    bytes: float = 0.0
    logged: float = 0.0
    stored: float = 0.0
    peak: float = 0.0
    """Events per second in the worst hour of the busiest day."""


@dataclass(frozen=True)
class Load:
    """Of the whole program, all shards together."""

    suppliers: float
    requirements: float
    """Open at a time."""
    seen: float
    """Of them, those that one firm is judged against: its region's."""
    journeys: float
    """At the peak, firms that register (and go all the way) per second."""
    sweeps_year: float
    visits_per_sweep: float
    flows: dict[str, Flow]

    @property
    def visits_year(self) -> float:
        return self.sweeps_year * self.visits_per_sweep

    def read_by(self, service: str) -> Iterable[Flow]:
        return [flow for flow in self.flows.values() if service in flow.topic.readers]

    def written_by(self, service: str) -> Iterable[Flow]:
        return [flow for flow in self.flows.values() if flow.topic.writer == service]


def load(inputs: Inputs, suppliers: float, design: Design = BUILT) -> Load:
    """The work that so many suppliers make."""
    program, assumed = inputs.program, inputs.assumed
    scale = suppliers / program["suppliers"]
    requirements = program["requirements"] * scale**assumed.demand_exponent
    journeys = (
        suppliers * assumed.campaign_share * assumed.journeys_per_year * assumed.burst / (assumed.campaign_hours * 3600)
    )
    shards = design.shards
    found = Load(
        suppliers,
        requirements,
        requirements * min(design.reach, shards) / shards,
        journeys,
        _sweeps(inputs, requirements, design),
        suppliers / shards * program["offered_areas"] / program["suppliers"] / len(CODES),
        {},
    )
    return replace(found, flows={topic.name: _flow(inputs, found, topic) for topic in topics_of(inputs)})


def topics_of(inputs: Inputs) -> list[Topic]:
    """Those of the demo; its partners' are taken together."""
    rows = inputs.program["topics"].items()
    return [Topic(name, row["writer"], tuple(row["readers"])) for name, row in rows]


def _sweeps(inputs: Inputs, requirements: float, design: Design) -> float:
    """A year, in all shards: each requirement is published and closed in each of the regions that it reaches."""
    return 2 * inputs.assumed.requirement_turnover * requirements * min(design.reach, design.shards)


def _flow(inputs: Inputs, load: Load, topic: Topic) -> Flow:
    if topic.name == MATCH.name:
        return _matches(inputs, load, topic)
    events = sum(inputs.program["topics"][topic.name]["events"].values())
    if topic.name in {REQUIREMENT.name, ANCHOR.name}:  # of anchors there are too few to reckon them by themselves
        grown = load.requirements / inputs.program["requirements"] * inputs.assumed.requirement_turnover
        return _per_year(inputs, topic, events * grown * 2)
    per_supplier = events / inputs.program["suppliers"]
    year = load.suppliers * inputs.assumed.journeys_per_year * per_supplier
    return replace(_per_year(inputs, topic, year), peak=load.journeys * per_supplier)


def _per_year(inputs: Inputs, topic: Topic, year: float) -> Flow:
    """Events of the sizes that the demo had; spread over the working days."""
    row = inputs.program["topics"][topic.name]
    counted = max(sum(row["events"].values()), 1)
    size = year * row["bytes"] / counted
    stored = size * _stored_per_byte(inputs, topic.writer)
    spread = year / inputs.assumed.working_days / DAY_S
    return Flow(topic, year, size, year * row["log_bytes"] / counted, stored, spread)


def _stored_per_byte(inputs: Inputs, writer: str) -> float:
    """Bytes in a journal for each byte of an event in the demo: columns, indexes, pages. A partner has no journal."""
    if writer not in inputs.program["services"]:
        return 0.0
    sent = sum(inputs.program["topics"][topic.name]["bytes"] for topic in topics_of(inputs) if topic.writer == writer)
    return float(inputs.program["services"][writer]["journal_bytes"] / sent)


def _matches(inputs: Inputs, load: Load, topic: Topic) -> Flow:
    """The stream that grows twice: with the firms, and with what each is matched with."""
    journeys = load.suppliers * inputs.assumed.journeys_per_year
    visits = load.visits_year
    per_journey, visit = _journey(inputs, load, "events"), inputs.demand_line("swept", "events").at(load.seen)
    size, stored = (
        journeys * _journey(inputs, load, figure) + visits * inputs.demand_line("swept", figure).at(load.seen)
        for figure in ("event_bytes", "journal_bytes")
    )
    found = _answers(inputs, load, topic)
    row = inputs.program["topics"][topic.name]
    swept = visits * visit / inputs.assumed.working_days / DAY_S
    return Flow(
        topic,
        journeys * per_journey + visits * visit + found.year,
        size + found.bytes,
        (size + found.bytes) * row["log_bytes"] / row["bytes"],
        stored + found.stored,
        load.journeys * per_journey + swept,
    )


def _answers(inputs: Inputs, load: Load, topic: Topic) -> Flow:
    """What buyers say of matches: so much for each requirement, as in the demo."""
    events = inputs.program["topics"][topic.name]["events"]
    answers = sum(events.get(type_, 0) for type_ in ("matching.match-answered", "matching.contract-awarded"))
    turned = load.requirements * inputs.assumed.requirement_turnover
    return _per_year(inputs, topic, answers / inputs.program["requirements"] * turned)


def _journey(inputs: Inputs, load: Load, figure: str) -> float:
    """What matching tells of one firm: when it registers, and when it was diagnosed."""
    registered, diagnosed = (inputs.demand_line(work, figure).at(load.seen) for work in ("registered", "diagnosed"))
    return registered + diagnosed


def diagnoses_per_journey(inputs: Inputs) -> float:
    """How often a journey makes matching decide a firm again for its diagnosis."""
    events = inputs.program["topics"]["diagnosis.diagnosis.v1"]["events"]
    heard = sum(events.get(type_, 0) for type_ in ("diagnosis.diagnosis-completed", "diagnosis.gap-rescored"))
    return float(heard / inputs.program["suppliers"])
