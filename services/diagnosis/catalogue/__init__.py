"""The questionnaires of this stage, each with a version, and which questions are about whom. Read from disk when first
asked for, then kept.
"""

import json
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from services.diagnosis.catalogue.checking import Fault, faults
from services.diagnosis.domain.applicability import Applicability
from services.diagnosis.domain.instrument import Bounds, Dimension, Instrument, Instruments, Question, Rules
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
    versions = {instrument.version: instrument for instrument in (*earlier, current)}
    if len(versions) != len(earlier) + 1:
        raise ValueError("two questionnaires have the same version")
    return Instruments(current, versions, applicability)


def read(path: Path) -> Instrument:
    """One version. Raises ValueError when it is not sound."""
    table = json.loads(path.read_text(encoding="utf-8"))
    wrong = faults(table)
    if wrong:
        raise ValueError(f"{path.name}: " + "; ".join(f"{each.code} {dict(each.params)}" for each in wrong))
    return _made(table)


def _made(table: Mapping[str, Any]) -> Instrument:
    dimensions = TypeAdapter(list[Dimension]).validate_python(table["dimensions"])
    questions = TypeAdapter(list[Question]).validate_python(table["questions"])
    special, bounds = table.get("special_process"), table.get("calibration")
    return Instrument(
        version=table["version"],
        source=table["source"],
        rules=TypeAdapter(Rules).validate_python(table["rules"]),
        dimensions={dimension.code: dimension for dimension in dimensions},
        questions={question.code: question for question in questions},
        commitment=table["commitment"],
        special_process=None if special is None else tuple(special),
        calibration=None if bounds is None else TypeAdapter(Bounds).validate_python(bounds),
    )


def check(table: object, modules: Collection[str]) -> tuple[Fault, ...]:
    """What keeps a file's content from being the next version, or one that there is already."""
    wrong = faults(table, modules)
    if wrong or not isinstance(table, dict):
        return wrong
    same = instruments().versions.get(table["version"])
    if same is None or same == _made(table):
        return ()
    return (Fault("instrument.version_taken", {"version": table["version"]}),)
