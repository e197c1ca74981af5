"""What people of a firm see of it: how far it is, what it lacks, what was agreed, and its story."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.portal.api.admission import LeftProgram, NotAllowed
from services.portal.api.asking import Anybody, Asking, Only
from services.portal.api.forms import id_of
from services.portal.api.instruments import questions_of
from services.portal.api.telling import told
from services.portal.domain.declines import ADVICE
from services.portal.domain.demand import Anchor, Requirement
from services.portal.domain.firm import Firm
from services.portal.domain.scope import OwnFirm, Scope
from services.portal.domain.tasks import REACHED, REFUSED, by_gate, tasks
from services.portal.store import demand, firms
from shared.contracts.times import Moment
from shared.days import day_of
from shared.runtime.clock import now
from shared.service.callers import Role

FAILED = 25
"""Of one gate on the page: the rest is of the same kind."""
MOST_GAPS = 100
"""More than any questionnaire has questions."""


async def _own(asked: Anybody, scope: Annotated[Scope, Depends(Only(Role.SUPPLIER))]) -> Firm:
    """The person's own firm, as far as any stage spoke of it."""
    if not isinstance(scope, OwnFirm):
        raise NotAllowed
    async with asked.portal.database.connection() as connection:
        firm = await firms.firm(connection, scope, scope.supplier_id) or Firm(scope.supplier_id)
    await asked.looked(firm.id, page="show_firm")
    return firm


Own = Annotated[Firm, Depends(_own)]


async def _left(asked: Anybody, scope: Annotated[Scope, Depends(Only(Role.SUPPLIER))]) -> bool:
    """Whether the person's firm left the program."""
    if not isinstance(scope, OwnFirm):
        raise NotAllowed
    async with asked.portal.database.connection() as connection:
        firm = await firms.firm(connection, scope, scope.supplier_id)
    return firm is not None and firm.withdrawn is not None


Left = Annotated[bool, Depends(_left)]


async def _staying(*, left: Left) -> None:
    if left:
        raise LeftProgram


STAYING = Depends(_staying)
"""Of a page that is only for a firm that takes part: what is asked there, a stage would refuse to whoever left."""


def _who_asks(firm: Firm, requirements: Mapping[UUID, Requirement], anchors: Mapping[UUID, Anchor]) -> dict[UUID, str]:
    """By requirement, its anchor's name: where that chose to be named, or knows the firm."""
    return {
        id_: anchors[each.anchor_id].name
        for id_, each in requirements.items()
        if each.anchor_id in anchors and (each.named or each.anchor_id in firm.known_by)
    }


async def _named_at_gaps(asked: Asking, firm: Firm) -> dict[str, list[str]]:
    """By question with a gap, names of the anchors that ask for it, as far as the firm may know them."""
    asking = await asked.beside("diagnosis", f"/diagnoses/{firm.id}/gaps", limit=MOST_GAPS)
    gaps = [] if asking is None else asking.body["items"]
    by = {gap["question"]: [UUID(each["requirement_id"]) for each in gap["asked_by"]] for gap in gaps}
    async with asked.portal.database.connection() as connection:
        wanted = [*{id_ for ids in by.values() for id_ in ids}]
        requirements = await demand.requirements_of(connection, OwnFirm(firm.id), wanted)
        who = _who_asks(firm, requirements, await demand.all_anchors(connection))
    return {question: sorted({who[id_] for id_ in ids if id_ in who}) for question, ids in by.items()}


def router() -> APIRouter:
    pages = APIRouter(prefix="/my-firm")

    @pages.get("")
    async def show_tasks(asked: Anybody, firm: Own) -> Response:
        """How far it is with each task of the program."""
        return asked.page(
            "my_firm.html",
            firm=firm,
            tasks=tasks(firm, day_of(now())),
            reached=REACHED,
            refused=REFUSED,
            names=await asked.areas(),
        )

    @pages.get("/alignment")
    async def show_alignment(asked: Anybody, firm: Own) -> Response:
        """What it can meet, what it lacks, and who was found for it."""
        aligned = () if firm.alignment is None else firm.alignment.requirements
        ids = {each.requirement_id for each in aligned} | {each.requirement_id for each in firm.matches}
        async with asked.portal.database.connection() as connection:
            closings = await demand.closings(connection, OwnFirm(firm.id), [*ids])
            requirements = await demand.requirements_of(connection, OwnFirm(firm.id), [*ids])
            anchors = await demand.all_anchors(connection)
        return asked.page(
            "my_alignment.html",
            firm=firm,
            requirements=requirements,
            closings=closings,
            who=_who_asks(firm, requirements, anchors),
            advice=[(code, ADVICE.get(code)) for code in dict.fromkeys(each.because or "" for each in firm.declines)],
            modules=await asked.modules() if firm.declines else {},
            gates=by_gate(() if firm.alignment is None else firm.alignment.missing),
            most=FAILED,
            names=await asked.areas(),
        )

    @pages.get("/result")
    async def show_result(asked: Anybody, firm: Own) -> Response:
        """Its diagnosis: shares, grade, reasons and gaps."""
        validated = firm.diagnosis is not None and firm.diagnosis.version
        return asked.page(
            "my_result.html",
            firm=firm,
            texts=await questions_of(asked, None if firm.diagnosis is None else firm.diagnosis.instrument),
            modules=await asked.modules(),
            named=await _named_at_gaps(asked, firm) if validated else {},
        )

    @pages.get("/story")
    async def show_story(
        asked: Anybody, firm: Own, before: Moment | None = None, event: UUID | None = None
    ) -> Response:
        """Everything that happened to it, the latest first."""
        async with asked.portal.database.connection() as connection:
            story = await told(connection, OwnFirm(firm.id), firm.id, before, event)
            anchors = await demand.all_anchors(connection)
            about = [id_of(entry.facts.get("requirement_id", "")) for entry in story.entries]
            requirements = await demand.requirements_of(connection, OwnFirm(firm.id), about)
        named = {str(id_): anchors[id_].name for id_ in firm.known_by if id_ in anchors}
        named |= {str(id_): each.title for id_, each in requirements.items()}
        return asked.page("my_story.html", story=story, named=named)

    return pages
