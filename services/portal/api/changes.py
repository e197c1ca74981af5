"""What changed in a firm's profile: each time somebody changed it, and between two days. For the firm and operators."""

from http import HTTPStatus
from itertools import pairwise
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.portal.api.asking import Anybody, Asking, Only
from services.portal.api.forms import Trouble
from services.portal.api.my_profile import PROFILE, Mine
from services.portal.domain.differences import Difference, differences
from services.portal.domain.profile_form import typed_of
from services.portal.domain.scope import Scope
from services.portal.stages import StageProblem
from shared.days import day_of
from shared.runtime.clock import now
from shared.service.callers import Role

Operator = Annotated[Scope, Depends(Only(Role.OPERATOR))]
Cursor = Annotated[str, Query(max_length=400)]
Day = Annotated[str, Query(max_length=10)]
EACH = 10
"""Changes on one page."""


def router() -> APIRouter:
    pages = APIRouter()

    @pages.get(f"{PROFILE}/changes")
    async def show_own_changes(
        asked: Anybody, mine: Mine, after: Cursor = "", earlier: Day = "", later: Day = ""
    ) -> Response:
        """The latest first, or between two days."""
        return await _page(asked, mine.supplier_id, PROFILE, after, (earlier, later))

    @pages.get("/registrations/{supplier_id}/changes")
    async def show_changes(
        asked: Anybody, _: Operator, supplier_id: UUID, after: Cursor = "", earlier: Day = "", later: Day = ""
    ) -> Response:
        """The same of any firm."""
        return await _page(asked, supplier_id, f"/registrations/{supplier_id}", after, (earlier, later))

    return pages


async def _page(asked: Asking, supplier_id: UUID, back: str, after: str, days: tuple[str, str]) -> Response:
    today = day_of(now()).isoformat()
    typed = {"earlier": days[0], "later": days[1]}
    between: list[Difference] | None = None
    problem: Trouble | None = None
    if any(days):
        between, problem = await _between(asked, supplier_id, {**typed, "later": days[1] or today})
    versions, following = await _versions(asked, supplier_id, after, today)
    return asked.page(
        "changes.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        back=back,
        today=today,
        first=versions[-1] if versions and following is None else None,
        changes=[(newer, differences(typed_of(older), typed_of(newer))) for newer, older in pairwise(versions)],
        next=following,
        between=between,
        names=await asked.areas(),
        problem=problem,
        typed=typed,
    )


async def _between(
    asked: Asking, supplier_id: UUID, days: dict[str, str]
) -> tuple[list[Difference] | None, Trouble | None]:
    """What differs between two days, or what is wrong with them."""
    then: list[dict[str, Any]] = []
    wrong: dict[str, str] = {}
    for name, day in days.items():
        try:
            then.append((await asked.ask("registration", f"/suppliers/{supplier_id}", as_of=day)).body)
        except StageProblem as error:
            if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise
            wrong[name] = next(iter(error.errors.values()), error.detail)
    if not wrong and days["earlier"] > days["later"]:
        wrong["later"] = asked.words("changes.backwards")
    if wrong:
        labels = {name: asked.words(f"changes.{name}") for name in wrong}
        return None, Trouble(asked.words("problem.fields"), wrong, labels=labels)
    return differences(*(typed_of(each) for each in then)), None


async def _versions(
    asked: Asking, supplier_id: UUID, after: str, today: str
) -> tuple[list[dict[str, Any]], str | None]:
    """Profiles, the latest first, and where the next page begins: with the last one of this page once more, since what
    came before it is compared with it.
    """
    path, place = f"/suppliers/{supplier_id}", {"after": after} if after else {}
    found = (await asked.ask("registration", f"{path}/past", limit=EACH + 1, **place)).body
    present = [] if after else [(await asked.ask("registration", path, as_of=today)).body]
    following = None
    if found["next"] is not None:
        following = (await asked.ask("registration", f"{path}/past", limit=EACH, **place)).body["next"]
    return [*present, *found["items"]], following
