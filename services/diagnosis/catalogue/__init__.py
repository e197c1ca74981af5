"""The questionnaires of this stage, each with a version, and which questions are about whom. Read from disk when first
asked for, then kept.
"""

import json
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from services.diagnosis.domain.applicability import Applicability
from services.diagnosis.domain.instrument import Dimension, Instrument, Instruments, Question, Rules
from shared.areas import AREAS

FOLDER = Path(__file__).parent
CURRENT = "questionnaire.json"
APPLICABILITY = "applicability.json"
"""Which questions are about whom: one version for all questionnaires."""
EARLIER = "questionnaire-*.json"
"""Versions that no diagnosis opens with any more; those that did are still read and scored with them."""


@cache
def instruments() -> Instruments:
    """All versions. Raises ValueError when one of them is not sound."""
    current = read(FOLDER / CURRENT)
    earlier = [read(path) for path in sorted(FOLDER.glob(EARLIER))]
    table = json.loads((FOLDER / APPLICABILITY).read_text(encoding="utf-8"))
    special_areas = [area.code for area in AREAS if area.special_processes]
    applicability = TypeAdapter(Applicability).validate_python(table | {"special_areas": special_areas})
    return Instruments(current, {instrument.version: instrument for instrument in (*earlier, current)}, applicability)


def read(path: Path) -> Instrument:
    """One version. Raises ValueError when it is not sound."""
    table = json.loads(path.read_text(encoding="utf-8"))
    dimensions = TypeAdapter(list[Dimension]).validate_python(table["dimensions"])
    questions = TypeAdapter(list[Question]).validate_python(table["questions"])
    instrument = Instrument(
        version=table["version"],
        source=table["source"],
        rules=TypeAdapter(Rules).validate_python(table["rules"]),
        dimensions={dimension.code: dimension for dimension in dimensions},
        questions={question.code: question for question in questions},
    )
    if len(instrument.questions) != len(questions):
        raise ValueError(f"{instrument.version}: a question's code is there twice")
    return instrument
