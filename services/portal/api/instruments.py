"""The questionnaire that a diagnosis was opened with: another one may be the present one by now."""

from http import HTTPStatus
from typing import Any

from services.portal.api.asking import Asking
from services.portal.stages import StageProblem

PATH = "/instrument"


async def instrument_of(asked: Asking, version: str | None) -> dict[str, Any]:
    """The one of this version, or the present one where there is none yet or no more. Raises StageProblem."""
    stages, person, language = asked.portal.stages, asked.person, asked.language
    found: dict[str, Any]
    if version:
        try:
            found = await stages.kept(person, language, "diagnosis", PATH, version=version)
        except StageProblem as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
        else:
            return found
    found = await stages.kept(person, language, "diagnosis", PATH)
    return found


async def questions_of(asked: Asking, version: str | None) -> dict[str, str]:
    """Texts of its questions by code, in Spanish; none while the stage that has them is away."""
    try:
        found = await instrument_of(asked, version)
    except StageProblem:
        await asked.is_away("diagnosis")
        return {}
    return {each["code"]: each["text"] for each in found["questions"]}
