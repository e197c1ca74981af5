"""A firm's plan: agreed by its own people, done on evidence that they bring, and ended with its place."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from starlette.datastructures import FormData

from services.portal.api.asking import Anybody, Asking, File, Form, see
from services.portal.api.attachments import ACCEPTS, give
from services.portal.api.forms import Trouble, body, trouble, typed
from services.portal.api.my_firm import Own
from services.portal.domain.firm import Firm
from services.portal.stages import Answer, StageProblem
from shared.days import day_of
from shared.runtime.clock import now

PLAN, REMOVAL, DELAY = "/my-firm/plan", "removal-", "delay-"
Cursor = Annotated[str, Query(max_length=400)]
KINDS = ("document", "photo", "measurement", "audit_report", "certificate")
"""Of evidence, as development takes them."""


def router() -> APIRouter:
    pages = APIRouter(prefix=PLAN)

    @pages.get("")
    async def show_plan(asked: Anybody, firm: Own, history_after: Cursor = "") -> Response:
        """Whether it has a place, why, what was agreed, what became of its evidence, and of the plan."""
        return await _page(asked, firm, history_after=history_after)

    @pages.post("/agreement")
    async def agree_plan(asked: Anybody, firm: Own, form: Form) -> Response:
        """Agree on the plan as it was read."""
        return await _done(asked, firm, "agreement", None, str(form.get("version", "")))

    @pages.post("/revision")
    async def agree_revision(asked: Anybody, firm: Own, form: Form) -> Response:
        """Agree on what is added or taken out, as it was read."""
        return await _done(asked, firm, "revision/agreement", None, str(form.get("version", "")))

    @pages.post("/drop-out")
    async def drop_out(asked: Anybody, firm: Own, form: Form) -> Response:
        """Give the firm's place back, with the reason."""
        return await _done(asked, firm, "drop-out", body(form), str(form.get("version", "")), typed(form))

    @pages.get("/activities/{activity_id}")
    async def show_activity(asked: Anybody, firm: Own, activity_id: UUID) -> Response:
        """One activity: what was brought for it, what was said of that, and a form for more."""
        return await _activity(asked, firm, activity_id)

    @pages.post("/activities/{activity_id}")
    async def give_evidence(asked: Anybody, firm: Own, activity_id: UUID, form: Form) -> Response:
        """Give evidence of what the activity had to bring."""
        refused = await _asked_of(asked, firm, activity_id, form, "evidence", "")
        return refused or see(f"{PLAN}/activities/{activity_id}")

    @pages.post("/activities/{activity_id}/file")
    async def give_file(asked: Anybody, firm: Own, activity_id: UUID, form: File) -> Response:
        """Give a file as evidence: it is kept, and then named."""
        path, version = f"/plans/{firm.id}/activities/{activity_id}/evidence", str(form.get("version", ""))
        said = {name: str(form.get(name, "")).strip() for name in ("kind", "description")}
        try:
            kept = await give(asked, "development", firm.id, form)
            await asked.send("development", "POST", path, said | {"attachment": kept["id"]}, version=version)
        except StageProblem as error:
            refused = trouble(error, asked.words)
            return await _activity(asked, firm, activity_id, refused, said, error.status, at="file-")
        return see(f"{PLAN}/activities/{activity_id}")

    _add_removal(pages)
    return pages


def _add_removal(pages: APIRouter) -> None:
    @pages.post("/activities/{activity_id}/delay")
    async def put_off(asked: Anybody, firm: Own, activity_id: UUID, form: Form) -> Response:
        """Put an activity off: its sessions to come move."""
        refused = await _asked_of(asked, firm, activity_id, form, "delay", DELAY)
        return refused or see(f"{PLAN}/activities/{activity_id}")

    @pages.post("/activities/{activity_id}/removal")
    async def propose_removal(asked: Anybody, firm: Own, activity_id: UUID, form: Form) -> Response:
        """Propose that the plan does without an activity: its mentor has to agree."""
        return await _asked_of(asked, firm, activity_id, form, "removal", REMOVAL) or see(PLAN)

    @pages.post("/activities/{activity_id}/removal/end")
    async def take_removal_back(asked: Anybody, firm: Own, activity_id: UUID, form: Form) -> Response:
        """Have the activity stay."""
        path, version = f"/plans/{firm.id}/activities/{activity_id}/removal", str(form.get("version", ""))
        try:
            await asked.send("development", "DELETE", path, version=version)
        except StageProblem as error:
            return await _page(asked, firm, trouble(error, asked.words), status=error.status)
        return see(PLAN)


async def _done(
    asked: Asking, firm: Firm, what: str, given: object, version: str, said: dict[str, str] | None = None
) -> Response:
    try:
        done = await asked.send("development", "POST", f"/plans/{firm.id}/{what}", given, version=version)
    except StageProblem as error:
        return await _page(asked, firm, trouble(error, asked.words), said, error.status)
    if what != "agreement" or done.body["status"] != "proposed":
        # What only one of two has said is told by no event.
        await asked.arrived(done)
    return see(PLAN)


async def _present(asked: Asking, firm: Firm) -> Answer | None:
    """The plan as development shows it, as one that is proposed is on no topic."""
    if firm.selection is None and firm.plan is None:
        return None
    return await asked.beside("development", f"/plans/{firm.id}")


async def _given_back(asked: Asking, firm: Firm) -> Any:  # noqa: ANN401 - JSON
    """When and why the firm gave its place back, of a firm that did; None while development does not tell."""
    if firm.selection is None or firm.selection.outcome != "dropped_out":
        return None
    found = await asked.beside("development", f"/plans/{firm.id}/past", limit=200)
    past = [] if found is None else found.body["items"]
    return next((each for each in reversed(past) if each["ended"] == "dropped_out"), None)


async def _page(
    asked: Asking,
    firm: Firm,
    problem: Trouble | None = None,
    said: dict[str, str] | None = None,
    status: int = HTTPStatus.OK,
    *,
    history_after: str = "",
) -> Response:
    present = await _present(asked, firm)
    return asked.page(
        "my_plan.html",
        status,
        firm=firm,
        modules=await asked.modules(),
        present=present,
        history=None if present is None else await history_of(asked, firm.id, history_after),
        given_back=await _given_back(asked, firm),
        today=day_of(now()).isoformat(),
        problem=problem,
        typed=said or {},
    )


async def _asked_of(
    asked: Asking, firm: Firm, activity_id: UUID, form: FormData, what: str, at: str
) -> Response | None:
    """Ask something of an activity. Returns its page with what is wrong; None: it was done."""
    path, version = f"/plans/{firm.id}/activities/{activity_id}/{what}", str(form.get("version", ""))
    try:
        await asked.send("development", "POST", path, body(form), version=version)
    except StageProblem as error:
        refused = trouble(error, asked.words)
        return await _activity(asked, firm, activity_id, refused, typed(form), error.status, at=at)
    return None


async def _activity(
    asked: Asking,
    firm: Firm,
    activity_id: UUID,
    problem: Trouble | None = None,
    said: dict[str, str] | None = None,
    status: int = HTTPStatus.OK,
    *,
    at: str = "",
) -> Response:
    present = await asked.ask("development", f"/plans/{firm.id}")
    activities: list[dict[str, Any]] = present.body["activities"]
    activity = next((each for each in activities if each["activity_id"] == str(activity_id)), None)
    return asked.page(
        "my_activity.html",
        HTTPStatus.NOT_FOUND if activity is None else status,
        firm=firm,
        activity=activity,
        plan=present.body,
        looks=await looks_at(asked, firm.id, [] if activity is None else activity["evidence"]),
        acted=at,
        version=present.etag or "",
        kinds=KINDS,
        accepts=ACCEPTS,
        today=day_of(now()).isoformat(),
        problem=problem,
        typed=said or {},
    )


async def history_of(asked: Asking, supplier_id: UUID, after: str) -> Answer | None:
    """What became of a firm's plans; None while development does not tell."""
    where = {"after": after} if after else {}
    return await asked.beside("development", f"/plans/{supplier_id}/history", **where)


async def looks_at(asked: Asking, supplier_id: UUID, pieces: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What assessors said of this evidence, where one returned any: their words are in diagnosis alone."""
    verdicts = [verdict for piece in pieces for verdict in piece["verdicts"]]
    if not any(verdict["role"] == "assessor" for verdict in verdicts):
        return []
    found = await asked.beside("diagnosis", f"/diagnoses/{supplier_id}")
    ids = {piece["evidence_id"] for piece in pieces}
    return [] if found is None else [each for each in found.body["verdicts"] if each["evidence_id"] in ids]
