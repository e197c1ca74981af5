"""The questionnaire."""

from services.diagnosis.domain.instrument import Instrument, Instruments
from shared.service.http import View


class QuestionView(View):
    code: str
    dimension: str
    weight: int
    critical: bool
    legal: bool
    text: str
    evidence: str
    basis: str
    modules: tuple[str, ...]
    levels: tuple[str, ...]


class DimensionView(View):
    code: str
    name: str
    weight: int


class RulesView(View):
    """Thresholds of one version. Grades, bands and floors in whole percent, the rest in levels."""

    points: tuple[int, ...]
    """By level."""
    not_evaluated_max: int
    evaluated_min: tuple[int, int]
    """Share of a dimension's questions that must be evaluated, as a fraction."""
    default_target: int
    legal_floor: int
    """No anchor asks less of a legal question."""
    critical_level: int
    """A critical question at it or below is a critical gap."""
    must_level: int
    """What the law or a must-have asks, at it or below, is a critical gap."""
    major_gap: int
    """Levels short from which any gap is major."""
    apart: int
    """Levels between firm and assessor from which the assessor must say why."""
    grade_a: int
    grade_b: int
    dimension_floor_b: int
    dimension_floor_c: int
    band_c1: int
    band_c2: int


class BoundsView(View):
    """Within which two assessors of one firm agree well enough."""

    kappa_min: int
    """Basis points."""
    apart: int
    """Levels from which a question is apart."""
    apart_max: int
    """Most questions that may be."""


class VersionOfInstrumentView(View):
    version: str
    source: str
    current: bool
    """Whether diagnoses open with it now; those that opened with another one go on with theirs."""
    questions: int

    @classmethod
    def of_instrument(cls, instrument: Instrument, instruments: Instruments) -> "VersionOfInstrumentView":
        current = instrument.version == instruments.current.version
        return cls(
            version=instrument.version,
            source=instrument.source,
            current=current,
            questions=len(instrument.questions),
        )


class InstrumentView(View):
    """One version of the questionnaire, with all that scores it."""

    version: str
    source: str
    current: bool
    """Whether diagnoses open with it now."""
    not_evaluated_max: int
    default_target: int
    rules: RulesView
    commitment: str | None
    """The question on the management's commitment to the program."""
    special_process: tuple[str, ...]
    """Questions that are not about a firm without a special process."""
    calibration: BoundsView | None
    """Null: with it nobody assesses twice."""
    dimensions: list[DimensionView]
    questions: list[QuestionView]

    @classmethod
    def of_instrument(cls, instrument: Instrument, instruments: Instruments) -> "InstrumentView":
        return cls(
            version=instrument.version,
            source=instrument.source,
            current=instrument.version == instruments.current.version,
            not_evaluated_max=instrument.rules.not_evaluated_max,
            default_target=instrument.rules.default_target,
            rules=RulesView.of(instrument.rules),
            commitment=instrument.commitment,
            special_process=instruments.about_special_processes(instrument.version),
            calibration=None if instrument.calibration is None else BoundsView.of(instrument.calibration),
            dimensions=[DimensionView.of(each) for each in instrument.dimensions.values()],
            questions=[QuestionView.of(each) for each in instrument.questions.values()],
        )
