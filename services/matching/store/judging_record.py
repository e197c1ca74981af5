"""The part of the statement that judges what firms state beside what is scored: `domain/record_gates.py` in SQL.

`d.record` says whether any of it is asked at all: of most requirements nothing is, and nothing of this is looked at.
"""

from collections.abc import Mapping

from services.matching.domain.distance import MICRO
from services.matching.domain.reasons import Waivable


def passes(today: str) -> dict[Waivable, str]:
    """Whether each gate is not failed; never null."""
    return {
        "tolerance": "(NOT d.tolerance_must OR o.tolerance_um IS NULL OR o.tolerance_um <= d.tolerance_um)",
        "part_limits": _PART,
        "minimum_order": _at_most("minimum_order"),
        "ppap": _PPAP,
        "design": _at_least("design"),
        "delivery": _DELIVERY,
        "certificates": f"(d.certificates = '{{}}' OR {_shown('certificates', today)})",
        "programs": f"(d.programs = '{{}}' OR o.programs IS NULL OR {_shown('programs', today)})",
        "languages": "(d.languages = '{}' OR o.languages IS NULL OR d.languages <@ o.languages)",
        "distance": f"(d.reach IS NULL OR NOT o.placed OR {_NEAR})",
    }


def _at_most(name: str) -> str:
    return f"(d.{name} IS NULL OR o.{name} IS NULL OR o.{name} <= d.{name})"


def _at_least(name: str) -> str:
    return f"(d.{name} IS NULL OR o.{name} IS NULL OR o.{name} >= d.{name})"


def _within(name: str) -> str:
    return f"(d.{name} IS NULL OR o.{name}_least IS NULL OR d.{name} BETWEEN o.{name}_least AND o.{name}_most)"


def _silent(*names: str, offered: str = "{}") -> str:
    """Something is asked that the firm does not state."""
    return " OR ".join(f"d.{name} IS NOT NULL AND o.{offered.format(name)} IS NULL" for name in names)


def _shown(name: str, today: str) -> str:
    """All that is asked is there, and none past its last day."""
    return f"""coalesce(d.{name} <@ o.{name} AND NOT EXISTS (
        SELECT FROM unnest(o.{name}, o.{name}_until) AS shown(code, until)
        WHERE shown.code = ANY(d.{name}) AND shown.until < {today}
    ), false)"""


_RANGES, _FINISHES = ("weight_g", "thickness_um", "diameter_um"), ("surface_ra_nm", "salt_spray_h")
_PART = f"({' AND '.join(map(_within, _RANGES))} AND {_at_most('surface_ra_nm')} AND {_at_least('salt_spray_h')})"
_PPAP = f"({_at_least('ppap_level')} AND (NOT d.apqp OR o.apqp IS NULL OR o.apqp))"
_DELIVERY = """((d.deliveries = '{}' OR o.deliveries IS NULL OR d.deliveries && o.deliveries)
    AND (NOT d.edi OR o.edi IS NULL OR o.edi))"""
_EAST = f"(abs(plant.longitude - d.longitude)::bigint * d.narrowing / {MICRO})"
_NEAR = f"""EXISTS (
    SELECT FROM unnest(o.latitudes, o.longitudes) AS plant(latitude, longitude)
    WHERE (plant.latitude - d.latitude)::bigint * (plant.latitude - d.latitude) + {_EAST} * {_EAST}
        <= d.reach::bigint * d.reach
)"""

UNKNOWN: Mapping[Waivable, str] = {
    "tolerance": "d.tolerance_must AND o.tolerance_um IS NULL",
    "part_limits": f"{_PART} AND ({_silent(*_RANGES, offered='{}_least')} OR {_silent(*_FINISHES)})",
    "minimum_order": _silent("minimum_order"),
    "ppap": f"{_PPAP} AND ({_silent('ppap_level')} OR d.apqp AND o.apqp IS NULL)",
    "design": _silent("design"),
    "delivery": f"""{_DELIVERY}
        AND (d.deliveries <> '{{}}' AND o.deliveries IS NULL OR d.edi AND o.edi IS NULL)""",
    "programs": "d.programs <> '{}' AND o.programs IS NULL",
    "languages": "d.languages <> '{}' AND o.languages IS NULL",
    "distance": f"d.reach IS NOT NULL AND NOT o.placed AND NOT {_NEAR}",
}
"""When nobody knows; a certificate that is not shown is not held."""
