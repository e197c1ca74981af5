"""The questionnaire."""

from services.diagnosis.domain.instrument import Instrument
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


class InstrumentView(View):
    """The questionnaire that diagnoses open with now."""

    version: str
    source: str
    not_evaluated_max: int
    default_target: int
    dimensions: list[DimensionView]
    questions: list[QuestionView]

    @classmethod
    def of_instrument(cls, instrument: Instrument) -> "InstrumentView":
        return cls(
            version=instrument.version,
            source=instrument.source,
            not_evaluated_max=instrument.rules.not_evaluated_max,
            default_target=instrument.rules.default_target,
            dimensions=[DimensionView.of(each) for each in instrument.dimensions.values()],
            questions=[QuestionView.of(each) for each in instrument.questions.values()],
        )
