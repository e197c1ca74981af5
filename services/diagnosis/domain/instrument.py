"""The questionnaire, with the rules that score it: one version of both."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from services.diagnosis.domain.applicability import Applicability, Offering

LEVELS: Final = range(5)
"""0 nothing there, 1 informal, 2 written and partly applied, 3 applied in full, 4 measured and improved."""


@dataclass(frozen=True, slots=True)
class Dimension:
    code: str
    name: str
    weight: int


@dataclass(frozen=True, slots=True)
class Question:
    code: str
    dimension: str
    weight: int
    """Within its dimension."""
    critical: bool
    """A star question of VDA 6.3: alone it can take a grade down."""
    legal: bool
    """Required by law whatever the anchors ask."""
    text: str
    evidence: str
    """What an assessor must see for level 3."""
    basis: str
    """The standard, law or practice behind it."""
    modules: tuple[str, ...]
    """Development modules that help to raise it."""
    levels: tuple[str, ...]
    """What each level means, from 0 to 4."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Grades, floors and bands in whole percent. Source: VDA 6.3 for grades, floors and what must be evaluated; the
    sub-bands of C and the severity of gaps are the program's.
    """

    points: tuple[int, ...]
    """By level."""
    not_evaluated_max: int
    evaluated_min: tuple[int, int]
    """Share of a dimension's questions that must be evaluated, as a fraction."""
    default_target: int
    """Level asked where no anchor says one."""
    legal_floor: int
    """No anchor asks less of a legal question: the law does not."""
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
    """A dimension below it takes an A down to B."""
    dimension_floor_c: int
    """A dimension below it takes any grade down to C."""
    band_c1: int
    band_c2: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """Within which two assessors who do not see each other's levels agree well enough."""

    kappa_min: int
    """Basis points. The bands that are usual for kappa, a convention and not a test: below 0 poor, to 0.20 slight, to
    0.40 fair, to 0.60 moderate, to 0.80 substantial, above almost perfect. Source: J. R. Landis, G. G. Koch, The
    measurement of observer agreement for categorical data, Biometrics 33(1), 1977, doi:10.2307/2529310, who speak of
    unweighted kappa.
    """
    apart: int
    """Levels between the two from which a question is apart."""
    apart_max: int
    """Most questions that may be."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """Raises ValueError when the parts do not fit together."""

    version: str
    source: str
    rules: Rules
    dimensions: Mapping[str, Dimension]
    """By code, in order of presentation."""
    questions: Mapping[str, Question]
    """By code, in order of presentation."""
    commitment: str | None = None
    """The question on the management's commitment to the program."""
    special_process: tuple[str, ...] | None = None
    """Questions about a special process; None: those that the table of applicability names."""
    calibration: Bounds | None = None
    """How far two assessors may be apart; None: nobody assesses twice with it."""

    def __post_init__(self) -> None:
        asked = {question.dimension for question in self.questions.values()}
        if asked != self.dimensions.keys():
            raise ValueError(f"{self.version}: dimensions and the questions' dimensions differ")
        weights = [part.weight for parts in (self.dimensions, self.questions) for part in parts.values()]
        if min(weights) <= 0:
            raise ValueError(f"{self.version}: every weight is positive")
        if len(self.rules.points) != len(LEVELS) or list(self.rules.points) != sorted(self.rules.points):
            raise ValueError(f"{self.version}: points must rise with the five levels")
        if any(len(question.levels) != len(LEVELS) for question in self.questions.values()):
            raise ValueError(f"{self.version}: every question describes five levels")

    @property
    def legal(self) -> tuple[str, ...]:
        """Questions that the law asks."""
        return tuple(code for code, question in self.questions.items() if question.legal)

    def enough_of(self, dimension: str, levels: Mapping[str, int | None]) -> bool:
        """Whether so much of what is asked in a dimension is evaluated that it has a result."""
        asked = [code for code in levels if self.questions[code].dimension == dimension]
        evaluated = sum(levels[code] is not None for code in asked)
        return evaluated >= Fraction(*self.rules.evaluated_min) * len(asked)


@dataclass(frozen=True, slots=True)
class Instruments:
    """Every version that a stored diagnosis may have been opened with."""

    current: Instrument
    """Taken by diagnoses that open now."""
    versions: Mapping[str, Instrument]
    applicability: Applicability
    floor: int = 0
    """Versions of diagnoses up to this one may have been told before the store was set back: none is told again."""

    def of(self, version: str) -> Instrument:
        """The instrument of this version; KeyError when the catalogue no longer has it."""
        return self.versions[version]

    def not_applicable(self, version: str, offering: Offering | None) -> tuple[str, ...]:
        """The questions of this version that are not about a firm; none before its diagnosis opens."""
        if not version or self.applicability.is_asked(offering):
            return ()
        return self.about_special_processes(version)

    def about_special_processes(self, version: str) -> tuple[str, ...]:
        """Questions of this version that are about a special process: it says so itself, or the table does."""
        instrument = self.versions[version]
        about = self.applicability.special_process if instrument.special_process is None else instrument.special_process
        return tuple(code for code in about if code in instrument.questions)
