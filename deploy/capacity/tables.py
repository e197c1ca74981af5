"""The tables of docs/capacity.md."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from math import floor, log10

from deploy.capacity import chart, day
from deploy.capacity.inputs import Inputs, assumptions
from deploy.capacity.limits import Break, breaks
from deploy.capacity.load import BUILT, MOVED, YEAR_S, Design
from deploy.capacity.need import Need, need

SIZES = (400, 40_000, 4_000_000)
EXPONENTS = (0.0, 0.25, 0.5)
SHOWN_BREAKS = 10
MARK = re.compile(r"(<!-- capacity:(\w+) -->\n).*?(<!-- /capacity -->)", re.DOTALL)

Row = tuple[str, Callable[[Need], float]]


def _most_processes(found: Need) -> float:
    """Of one stage in one region: each wants a partition."""
    return max(stage.processes / stage.shards for stage in found.stages.values() if stage.consumed)


ROWS: tuple[Row, ...] = (
    ("open requirements", lambda found: found.load.requirements),
    ("of them, those that one firm is judged against", lambda found: found.load.seen),
    ("events a year", lambda found: sum(flow.year for flow in found.load.flows.values())),
    ("events per second, busiest hour: published", lambda found: found.published),
    ("events per second, busiest hour: consumed", lambda found: found.consumed),
    ("firms in the area of one new requirement", lambda found: found.load.visits_per_sweep),
    ("seconds until all who meet it are told", lambda found: found.sweep_s),
    ("matching: processes at the peak", lambda found: found.stages["matching"].processes),
    ("all services: processes", lambda found: sum(stage.processes for stage in found.stages.values())),
    ("partitions that a busy topic needs; it has 6", _most_processes),
    ("Kafka brokers", lambda found: found.brokers),
    ("Kafka disk per broker, GB", lambda found: found.kafka_gb / found.brokers),
    ("PostgreSQL instances", lambda found: sum(stage.shards for stage in found.stages.values()) * found.copies),
    ("largest store after one year, GB", lambda found: max(stage.a_store_gb for stage in found.stages.values())),
    ("largest store at its end, GB", lambda found: max(stage.a_store_gb_at_end for stage in found.stages.values())),
    ("all journals, GB more each year", lambda found: sum(stage.journal_gb for stage in found.stages.values())),
    ("processors", lambda found: found.cores),
    ("memory, GB", lambda found: found.memory_gb),
    ("SSD, GB", lambda found: found.ssd_gb),
    ("archive and backup, GB", lambda found: found.archive_gb),
    ("**USD a month**", lambda found: found.usd_month),
    ("USD per supplier and year", lambda found: found.usd_month * 12 / found.load.suppliers),
)


def sizes(inputs: Inputs, suppliers: Sequence[float] = SIZES) -> str:
    """What each size needs; the largest twice, as built and with the moves."""
    heads = [f"{number:,.0f}" for number in suppliers]
    found = [need(inputs, number) for number in suppliers]
    if suppliers is SIZES:
        heads[-1] += " as built"
        heads.append(f"{suppliers[-1]:,.0f} with the moves")
        found.append(need(inputs, suppliers[-1], MOVED))
    return _table(["suppliers", *heads], ([name, *(_figure(of(each)) for each in found)] for name, of in ROWS))


def broken(inputs: Inputs, design: Design = BUILT) -> str:
    """What ends at how many suppliers."""
    found: list[Break] = breaks(inputs, design)[:SHOWN_BREAKS]
    return _table(
        ["at suppliers", "what ends", "next move"],
        ([_figure(each.suppliers), each.resource, each.move] for each in found),
        right=1,
    )


def moved(inputs: Inputs) -> str:
    return broken(inputs, MOVED)


def campaign(inputs: Inputs) -> str:
    """The simulated day."""
    rows = []
    for number, design in ((SIZES[0], BUILT), (SIZES[1], BUILT), (SIZES[2], BUILT), (SIZES[2], MOVED)):
        name = f"{number:,}" if number != SIZES[2] else f"{number:,} {'as built' if design == BUILT else 'moved'}"
        for stage, queue in day.simulate(inputs, number, design).items():
            again = "not that day" if queue.recovered_s is None else _figure(queue.recovered_s)
            wait = "the day" if queue.lag_s > day.HOUR_S else _figure(queue.lag_s)
            rows.append([name, stage, wait, _figure(queue.most), again])
    heads = ["suppliers", "stage", "longest wait before, s", "most records behind", "caught up after, s"]
    return _table(heads, rows, left=2)


def demand(inputs: Inputs) -> str:
    """The same sizes, if the demand grows otherwise."""
    rows = []
    for exponent in EXPONENTS:
        for number, design in ((SIZES[1], BUILT), (SIZES[2], BUILT), (SIZES[2], MOVED)):
            found = need(inputs.with_assumed(demand_exponent=exponent), number, design)
            figures = (
                found.load.requirements,
                found.sweep_s,
                sum(stage.journal_gb for stage in found.stages.values()),
                found.usd_month,
            )
            name = f"{number:,}{' with the moves' if design == MOVED else ''}"
            rows.append([str(exponent), name, *map(_figure, figures)])
    heads = ["exponent", "suppliers", "open requirements", "a sweep, s", "journals, GB a year", "USD a month"]
    return _table(heads, rows, left=2)


def beside_the_chart(inputs: Inputs) -> str:
    """The chart's sizes with the suppliers that its values speak of."""
    found = [(chart.given(size), need(inputs, chart.given(size).suppliers)) for size in chart.SIZES]
    headroom = inputs.assumed.disk_headroom
    rows = [
        ["suppliers", *(f"{given.suppliers:,}" for given, _ in found)],
        ["events per supplier and day: chart · model", *(_pair(g.events_a_day, _daily(n)) for g, n in found)],
        ["processes of matching: chart's most · model", *(_pair(g.processes, _matching(n)) for g, n in found)],
        ["brokers: chart · model", *(_pair(g.brokers, n.brokers) for g, n in found)],
        ["disk per broker, GB: chart · model", *(_pair(g.broker_gb, n.kafka_gb / n.brokers) for g, n in found)],
        [
            "largest store's disk, GB: chart · model, one year",
            *(_pair(g.store_gb, n.stages["matching"].store_gb * headroom) for g, n in found),
        ],
    ]
    return _table(["", *chart.SIZES], rows)


def measured(inputs: Inputs) -> str:
    rows = [
        [part, name, f"{row['value']:,.0f} {row['unit']}", _spread(row.get("rounds", [])), str(row["at"]), row["how"]]
        for part, names in inputs.figures.items()
        for name, row in names.items()
    ]
    return _table(["part", "what", "figure", "rounds", "day", "how"], rows, left=2)


def asked(inputs: Inputs) -> str:
    """What matching costs with what is asked for."""
    rows = [
        [
            f"{row['requirements']:,}",
            *(_figure(row[work]["processor_us"]) for work in ("registered", "diagnosed", "swept")),
            _figure(row["swept"]["store_us"]),
            _figure(row["swept"]["event_bytes"]),
            _figure(row["matches_per_supplier"]),
            _figure(row["store_bytes_per_supplier"]),
        ]
        for row in inputs.demand["rows"]
    ]
    heads = ["open requirements", "registration, µs", "diagnosis, µs", "firm swept, µs", "store, µs", "bytes told"]
    return _table([*heads, "matches per firm", "bytes kept per firm"], rows, left=0)


def assumed(_: Inputs) -> str:
    rows = [[name, f"{row['value']:g} {row['unit']}", row["why"]] for name, row in assumptions().items()]
    return _table(["assumption", "value", "why"], rows, left=3)


TABLES: dict[str, Callable[[Inputs], str]] = {
    "sizes": sizes,
    "breaks": broken,
    "moved": moved,
    "day": campaign,
    "demand": demand,
    "chart": beside_the_chart,
    "measured": measured,
    "asked": asked,
    "assumed": assumed,
}


def page(inputs: Inputs, text: str) -> str:
    """The page with every table made anew between its marks."""
    return MARK.sub(lambda found: f"{found[1]}{TABLES[found[2]](inputs)}\n{found[3]}", text)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, left: int = 1, right: int | None = None) -> str:
    """Markdown; the first `left` columns are words, or only the first `right` are figures."""
    figures = [number < right if right is not None else number >= left for number in range(len(heads))]
    rule = "|".join("---:" if figure else "---" for figure in figures)
    return "\n".join(f"| {' | '.join(row)} |" for row in (heads, *rows)).replace("\n", f"\n|{rule}|\n", 1)


def _figure(value: float) -> str:
    """Two significant digits: the inputs are no better than that."""
    if value == int(value) and value < 100:
        return f"{value:.0f}"
    digits = 1 - floor(log10(value))
    return f"{round(value, digits):,.0f}" if value >= 10 else f"{round(value, digits):.{max(digits, 0)}f}"


def _pair(given: float, found: float) -> str:
    return f"{given:,.0f} · {_figure(found)}"


def _spread(rounds: Sequence[float]) -> str:
    return f"{min(rounds):,} – {max(rounds):,}" if rounds else ""


def _daily(found: Need) -> float:
    return sum(flow.year for flow in found.load.flows.values()) / found.load.suppliers / (YEAR_S / 86_400)


def _matching(found: Need) -> float:
    return float(found.stages["matching"].processes)
