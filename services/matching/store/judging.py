"""The one statement that judges: which offerings pass every gate of which open requirements, with what points, and
which gates are unknown.

`domain/alignment.py:judge` is the definition, and what says why: this gives what there is to say it of.
"""

from collections.abc import Iterable, Mapping
from functools import cache

from services.matching.domain.offering import LADDER
from services.matching.domain.reasons import GateName, Waivable
from services.matching.domain.rules import FULL, Rules, Weights
from services.matching.domain.waiver import WAIVABLE
from services.matching.store import judging_record

HIGHEST = FULL + 1
"""More points than anything has."""

UNKNOWN: tuple[GateName, ...] = ("list_69b", "materials", "envelope", "force", *judging_record.UNKNOWN)
"""Gates that can be unknown, in the order in which they are told: the bits of `unknown`, the lowest first."""


def bits_of(gates: Iterable[Waivable]) -> int:
    """Gates that the anchor can waive or only wish, as bits."""
    return sum(1 << WAIVABLE.index(gate) for gate in set(gates))


@cache
def unknown_of(bits: int) -> tuple[GateName, ...]:
    """The gates of these bits."""
    return tuple(gate for place, gate in enumerate(UNKNOWN) if bits >> place & 1)


def hits(rules: Rules, rows: str, today: str) -> str:
    """The statement. It gives `offering_id`, `requirement_id`, `area`, `points` and `unknown` of each pair that passes
    every gate, by the process that suits best: most points, then the first named.

    `rows`: what gives rows `o` of `process_offer` and `d` of `open_demand`, of one area each, with a condition last.
    `today`: the day by which certificates count.
    """
    return f"""
        SELECT DISTINCT ON (offering_id, requirement_id) offering_id, requirement_id, area, points, unknown
        FROM (
            SELECT o.offering_id, d.requirement_id, d.area, o.position, {_result(rules, today)}
            FROM {rows} AND {_passes(today)}
        ) AS passing
        ORDER BY offering_id, requirement_id, points DESC, position
    """  # noqa: S608 - of the constants below, and of numbers of the rules


def held(rules: Rules, rows: str, today: str, otherwise: str) -> str:
    """The rows `o` that pass every gate, or of which `otherwise` holds, held until the transaction ends: who changes
    one of these firms waits. Each with `passes`, `points` and `unknown`. `rows` and `today` as of `hits`.
    """
    # Said twice: in a subquery of its own each row would begin anew all that only a few requirements ask.
    passes = _passes(today)
    return f"""
        SELECT o.offering_id, o.position, ({passes}) AS passes, {_result(rules, today)}
        FROM {rows} AND ({passes} OR {otherwise})
        FOR KEY SHARE OF o
    """  # noqa: S608 - of the constants below, and of numbers of the rules


def near(rules: Rules, rows: str, today: str) -> str:
    """Pairs that fail exactly one gate, by the process that fails fewest, then the first named: `offering_id`,
    `requirement_id`, `area`, `points` (what it scores as it is) and `gate`. `rows` and `today` as of `hits`.
    """
    gates = _gates(today) | _record_gates(today)
    failed = " + ".join(f"(NOT {passes})::integer" for passes in gates.values())
    points = _points(rules.weights, today)
    which = " ".join(f"WHEN NOT {passes} THEN '{gate}'" for gate, passes in gates.items())
    return f"""
        SELECT offering_id, requirement_id, area, points, gate FROM (
            SELECT DISTINCT ON (o.offering_id, d.requirement_id) o.offering_id, d.requirement_id, d.area,
                {failed} AS failed, CASE {which} END AS gate, ({points})::smallint AS points
            FROM {rows} AND NOT o.barred
            ORDER BY o.offering_id, d.requirement_id, failed, o.position
        ) AS judged WHERE failed = 1
    """  # noqa: S608 - of the constants below, and of numbers of the rules


def _passes(today: str) -> str:
    gates, of_record = (" AND ".join(each.values()) for each in (_gates(today), _record_gates(today)))
    return f"NOT o.barred AND {gates} AND (NOT d.record OR {of_record})"


def _result(rules: Rules, today: str) -> str:
    of_record = _unknown(judging_record.UNKNOWN, today)
    return f"""({_points(rules.weights, today)})::smallint AS points,
        (CASE WHEN o.looked_up THEN 0 ELSE 1 END + {_unknown(_SCORED_UNKNOWN, today)}
            + CASE WHEN d.record THEN {of_record} ELSE 0 END)::smallint AS unknown"""


def _unknown(when: Mapping[Waivable, str], today: str) -> str:
    """Bits of those of which nobody knows; what is waived or only wished nobody has to know."""
    return " + ".join(
        f"CASE WHEN ({test}) AND ({_open(today)}) & {bits_of([gate])} = 0 THEN {1 << UNKNOWN.index(gate)} ELSE 0 END"
        for gate, test in when.items()
    )


_ASKS_MATERIAL = "(d.unmapped OR d.near <> '{}')"
_STATES_MATERIAL = "(o.unmapped OR o.near <> '{}')"
_MATERIALS = f"(NOT {_ASKS_MATERIAL} OR NOT {_STATES_MATERIAL} OR d.unmapped OR o.unmapped OR d.near && o.near)"
_MATERIALS_UNKNOWN = f"{_MATERIALS} AND {_ASKS_MATERIAL} AND (NOT {_STATES_MATERIAL} OR NOT d.met && o.met)"
_ENVELOPE = """(
    d.side_1 IS NULL OR o.side_1 IS NULL
    OR d.side_1 <= o.side_1 AND d.side_2 <= o.side_2 AND d.side_3 <= o.side_3
)"""
_ENVELOPE_UNKNOWN = "d.side_1 IS NOT NULL AND o.side_1 IS NULL"
_FORCE = "(d.force_t IS NULL OR o.force_t IS NULL OR o.force_t >= d.force_t)"
_TOO_LARGE = f" OR NOT {_ENVELOPE} OR NOT {_FORCE}"
_FORCE_UNKNOWN = "d.force_t IS NOT NULL AND o.force_t IS NULL"
_SCORED_UNKNOWN: Mapping[Waivable, str] = {
    "materials": _MATERIALS_UNKNOWN,
    "envelope": _ENVELOPE_UNKNOWN,
    "force": _FORCE_UNKNOWN,
}


def _gates(today: str) -> dict[Waivable, str]:
    """Each passes, or does not bar: the bits are read where it does not pass, and hardly any row has one."""
    passes: dict[Waivable, str] = {
        "envelope": _ENVELOPE,
        "force": _FORCE,
        "qms": _qms(today),
        "special_process": _special(today),
        "materials": _MATERIALS,
    }
    return _opened(passes, today)


def _record_gates(today: str) -> dict[Waivable, str]:
    return _opened(judging_record.passes(today), today)


def _opened(passes: dict[Waivable, str], today: str) -> dict[Waivable, str]:
    return {gate: f"({test} OR ({_open(today)}) & {bits_of([gate])} <> 0)" for gate, test in passes.items()}


def _open(today: str) -> str:
    """Bits of what is waived for the firm, or only wished."""
    return f"""CASE WHEN d.waived_until = '{{}}' THEN d.wished ELSE d.wished | coalesce((
            SELECT bit_or(given.gate) FROM unnest(d.waived_firms, d.waived_gates, d.waived_until)
                AS given(firm, gate, until)
            WHERE given.until >= {today} AND (given.firm IS NULL OR given.firm = o.offering_id)
        ), 0::smallint) END"""  # noqa: S608 - of the constants above


def _held(today: str) -> str:
    """The rung on which the firm stands: what a certificate past its last day leaves it."""
    return f"CASE WHEN o.qms_until < {today} THEN {LADDER['documented']} ELSE o.qms END"


def _qms(today: str) -> str:
    held = _held(today)
    return f"(d.qms = 0 OR {held} >= d.qms OR d.qms_waivable AND {held} >= {LADDER['documented']})"


def _special(today: str) -> str:
    return f"""(
        d.special = '{{}}' OR d.special <@ o.special AND NOT EXISTS (
            SELECT FROM unnest(o.special, o.special_until) AS shown(code, until)
            WHERE shown.code = ANY(d.special) AND shown.until < {today}
        )
    )"""


def _points(weights: Weights, today: str) -> str:
    held = _held(today)
    return f"""
        CASE WHEN o.free_capacity IS NULL THEN 0 WHEN o.free_capacity >= d.annual_volume THEN {weights.capacity}
            ELSE {weights.capacity} * o.free_capacity::bigint / d.annual_volume END
        + CASE WHEN {_ENVELOPE_UNKNOWN} OR {_FORCE_UNKNOWN}{_TOO_LARGE} THEN 0 ELSE {weights.envelope_force} END
        + {_at_most("o.tolerance_um", "tolerance_um", weights.tolerance)}
        + CASE WHEN d.qms = 0 OR {held} >= d.qms THEN {weights.qms} ELSE {weights.qms} * ({held}) / d.qms END
        + {_at_most("o.lead_time_days", "lead_time_days", weights.lead_time)}
        + CASE WHEN d.plant_state IS NULL OR o.state = d.plant_state THEN {weights.location}
            WHEN o.state = ANY(d.near_states) THEN {weights.location // 2} ELSE 0 END
        + {_at_most(_delivered("ppm", today), "ppm_max", weights.ppm)}
        + {_at_least(_delivered("otif_bp", today), "otif_bp_min", weights.otif)}
        + {_at_least("o.regional_value_bp", "regional_value_bp_min", weights.origin)}
    """


def _delivered(figure: str, today: str) -> str:
    """What anchors measured while that counts, else what the firm states."""
    return f"CASE WHEN o.measured_until >= {today} THEN o.measured_{figure} ELSE o.{figure}_12m END"


def _at_most(offered: str, asked: str, points: int) -> str:
    return f"CASE WHEN d.{asked} IS NULL OR {offered} <= d.{asked} THEN {points} ELSE 0 END"


def _at_least(offered: str, asked: str, points: int) -> str:
    return f"CASE WHEN d.{asked} IS NULL OR {offered} >= d.{asked} THEN {points} ELSE 0 END"
