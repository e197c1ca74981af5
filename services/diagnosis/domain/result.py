"""Score and gaps of one set of levels, as they are published: shares in basis points."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from services.diagnosis.domain.demand import Demand
from services.diagnosis.domain.gaps import Gap, find_gaps
from services.diagnosis.domain.instrument import Instrument
from services.diagnosis.domain.scoring import Band, DowngradeReason, Grade, dimension_points, overall_points, score


@dataclass(frozen=True, slots=True)
class Result:
    dimensions: Mapping[str, int]
    """Basis points, half up, and cut where that would cross a threshold."""
    overall: int
    """The same; the grade was taken from the exact share."""
    grade: Grade
    band: Band
    reasons: tuple[DowngradeReason, ...]
    gaps: tuple[Gap, ...]
    """In order of priority."""

    def gap(self, question: str) -> Gap | None:
        """The open gap of this question, if it has one."""
        return next((gap for gap in self.gaps if gap.question == question), None)


def result_of(
    instrument: Instrument, levels: Mapping[str, int | None], demand: Demand, not_applicable: Collection[str] = ()
) -> Result:
    scored = score(instrument, levels)
    return Result(
        dimensions={code: dimension_points(instrument.rules, share) for code, share in scored.dimensions.items()},
        overall=overall_points(instrument.rules, scored.overall),
        grade=scored.grade,
        band=scored.band,
        reasons=tuple(downgrade.reason for downgrade in scored.downgrades),
        gaps=find_gaps(instrument, levels, demand, not_applicable),
    )
