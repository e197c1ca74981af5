"""Who speaks for a firm: invited by those who do, and of it once they have accepted."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.portal.api.admission import SignInNeeded
from services.portal.api.asking import Anybody, Asking, Form, see
from services.portal.api.forms import Trouble, body, id_of, linked, trouble, typed
from services.portal.api.my_firm import Left
from services.portal.api.my_profile import Mine
from services.portal.domain.scope import OwnFirm
from services.portal.stages import StageProblem

PEOPLE = "/my-firm/people"
Short = Annotated[str, Query(max_length=120)]


def router() -> APIRouter:
    pages = APIRouter()

    @pages.get(PEOPLE)
    async def show_people(asked: Anybody, mine: Mine, *, left: Left) -> Response:
        """Its people, and whom it has invited."""
        return await _page(asked, mine, left=left)

    @pages.post(PEOPLE)
    async def invite(asked: Anybody, mine: Mine, form: Form, *, left: Left) -> Response:
        """Invite somebody by mail."""
        try:
            await asked.send("registration", "POST", f"/suppliers/{mine.supplier_id}/people", body(form))
        except StageProblem as error:
            return await _page(asked, mine, trouble(error, asked.words), typed(form), error.status, left=left)
        return see(PEOPLE)

    @pages.post(f"{PEOPLE}/{{person_id}}/removal")
    async def remove(asked: Anybody, mine: Mine, person_id: UUID, _: Form, *, left: Left) -> Response:
        """Withdraw an invitation, or remove somebody, who is told no news of the firm once registration says so."""
        people = f"/suppliers/{mine.supplier_id}/people"
        try:
            await asked.send("registration", "DELETE", f"{people}/{person_id}")
        except StageProblem as error:
            return await _page(asked, mine, trouble(error, asked.words), status=error.status, left=left)
        return see(PEOPLE)

    _add_accepting(pages)
    return pages


def _add_accepting(pages: APIRouter) -> None:
    @pages.get("/invitation")
    async def ask_to_accept(asked: Anybody, supplier: Short = "", invitation: Short = "", code: Short = "") -> Response:
        """Where the mail's link leads: to sign in first, then to accept."""
        given = {"supplier": supplier, "invitation": invitation, "code": code}
        return asked.page("invitation.html", typed=given, accepted=False)

    @pages.post("/invitation")
    async def accept(asked: Anybody, form: Form) -> Response:
        """Speak for the firm from now on."""
        if asked.person is None:
            raise SignInNeeded
        given = linked(form, "supplier", "invitation", "code")
        path = f"/suppliers/{id_of(given['supplier'])}/people/{id_of(given['invitation'])}/acceptance"
        try:
            await asked.send("registration", "POST", path, {"code": given["code"]})
        except StageProblem as error:
            refused = trouble(error, asked.words)
            return asked.page("invitation.html", error.status, typed=given, problem=refused, accepted=False)
        return asked.page("invitation.html", accepted=True)


async def _page(
    asked: Asking,
    mine: OwnFirm,
    problem: Trouble | None = None,
    given: dict[str, str] | None = None,
    status: int = HTTPStatus.OK,
    *,
    left: bool,
) -> Response:
    try:
        people = (await asked.ask("registration", f"/suppliers/{mine.supplier_id}/people", limit=200)).body["items"]
    except StageProblem as error:
        people, problem, status = None, problem or trouble(error, asked.words), error.status
    return asked.page("my_people.html", status, people=people, left=left, problem=problem, typed=given or {})
