"""Questionnaires by version, as everybody may read them; and two versions of a firm's diagnosis side by side."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from services.portal.api.acting import named
from services.portal.api.asking import Anybody, Asking
from services.portal.api.firms import Staff
from services.portal.api.instruments import PATH, instrument_of
from services.portal.api.my_firm import Own

Version = Annotated[str, Path(max_length=60)]
Number = Annotated[str, Query(max_length=7, pattern=r"^[0-9]*$")]
"""Of a version of a diagnosis; empty: the first, or the one that counts."""


def router() -> APIRouter:
    pages = APIRouter()

    @pages.get("/instruments")
    async def list_instruments(asked: Anybody) -> Response:
        """All versions of the questionnaire, and which one diagnoses open with now."""
        found = await asked.portal.stages.kept(asked.person, asked.language, "diagnosis", "/instruments")
        return asked.page("instruments.html", instruments=found["items"])

    @pages.get("/instruments/{version}")
    async def show_instrument(asked: Anybody, version: Version) -> Response:
        """One version: what is asked, what each level means, and all that scores."""
        stages = asked.portal.stages
        found = await stages.kept(asked.person, asked.language, "diagnosis", PATH, version=version)
        return asked.page("instrument.html", instrument=found)

    @pages.get("/my-firm/comparison")
    async def compare_mine(asked: Anybody, firm: Own, first: Number = "", second: Number = "") -> Response:
        """Two versions of the firm's own diagnosis."""
        return await _comparison(asked, firm.id, first, second, "/my-firm/result", None)

    @pages.get("/comparisons/{supplier_id}")
    async def compare(
        asked: Anybody, scope: Staff, supplier_id: UUID, first: Number = "", second: Number = ""
    ) -> Response:
        """Two versions of a firm's diagnosis."""
        firm = (await named(asked, scope, [str(supplier_id)])).get(str(supplier_id))
        name = str(supplier_id) if firm is None else firm.name or firm.folio
        return await _comparison(asked, supplier_id, first, second, f"/firms/{supplier_id}", name)

    return pages


async def _comparison(
    asked: Asking, supplier_id: UUID, first: str, second: str, back: str, name: str | None
) -> Response:
    wanted = {of: number for of, number in (("first", first), ("second", second)) if number}
    found = (await asked.ask("diagnosis", f"/diagnoses/{supplier_id}/comparison", **wanted)).body
    later = await instrument_of(asked, found["second"]["instrument"])
    texts = {each["code"]: each["text"] for each in later["questions"]}
    return asked.page("comparison.html", comparison=found, texts=texts, back=back, name=name)
