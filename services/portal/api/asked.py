"""A buyer publishes what its anchor asks, changes it, and asks again."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from starlette.datastructures import FormData

from services.portal.api import specification_form as fields
from services.portal.api.asking import Anybody, Asking, Form, see
from services.portal.api.forms import Trouble, body, trouble, typed
from services.portal.api.requirements import Buyer, own, show
from services.portal.domain.scope import Scope
from services.portal.stages import Answer, StageProblem
from shared.runtime.ids import new_id, text_of

NOTHING = Answer({"specification": {"qms": "iso_9001"}}, None, "")


def router() -> APIRouter:
    pages = APIRouter(prefix="/requirements")

    @pages.get("/new")
    async def ask_new(asked: Anybody, _: Buyer) -> Response:
        """The form of a new requirement."""
        return await _form(asked, "/requirements/new", NOTHING)

    @pages.post("/new")
    async def publish(asked: Anybody, _: Buyer, form: Form) -> Response:
        """Publish it, once for each page of the form that was opened."""
        specification, wrong = fields.asked(form, {}, asked.words)
        key = str(form.get("key", ""))
        try:
            wanted: dict[str, Any] = {"specification": specification}
            if reference := str(form.get("reference", "")).strip():
                wanted["reference"] = reference
            done = await asked.send("matching", "POST", "/requirements", wanted, key=key)
        except StageProblem as error:
            refused = _refused(asked, error, wrong)
            return await _form(asked, "/requirements/new", NOTHING, refused, typed(form), error.status, key)
        await asked.arrived(done)
        return see(f"/requirements/{done.body['id']}")

    @pages.post("/{requirement_id}/reference")
    async def name_requirement(asked: Anybody, scope: Buyer, requirement_id: UUID, form: Form) -> Response:
        """Name it as the anchor does itself; without a name it has none."""
        wanted = {"reference": str(form.get("reference", "")).strip() or None}
        path = f"/requirements/{requirement_id}"
        try:
            await asked.send("matching", "PUT", f"{path}/reference", wanted, version=str(form.get("version", "")))
        except StageProblem as error:
            return await show(asked, scope, requirement_id, 0, trouble(error, asked.words), typed(form), error.status)
        return see(path)

    @pages.post("/{requirement_id}/waivers")
    async def waive(asked: Anybody, scope: Buyer, requirement_id: UUID, form: Form) -> Response:
        """Take who does not pass a gate, with a plan and until a day."""
        given = body(form)
        wanted = {name: given[name] for name in ("gate", "supplier_id", "reason", "plan", "until") if given.get(name)}
        return await _waived(asked, scope, requirement_id, form, "waivers", wanted)

    @pages.post("/{requirement_id}/waivers/{waiver_id}/revocation")
    async def revoke(asked: Anybody, scope: Buyer, requirement_id: UUID, waiver_id: UUID, form: Form) -> Response:
        """Take no more who does not pass the gate."""
        return await _waived(asked, scope, requirement_id, form, f"waivers/{waiver_id}/revocation")

    @pages.get("/{requirement_id}/change")
    async def ask_change(asked: Anybody, scope: Buyer, requirement_id: UUID) -> Response:
        """The form of what it asks now."""
        await own(asked, scope, requirement_id)
        path = f"/requirements/{requirement_id}"
        return await _form(asked, f"{path}/change", await asked.ask("matching", path))

    @pages.post("/{requirement_id}/change")
    async def change(asked: Anybody, scope: Buyer, requirement_id: UUID, form: Form) -> Response:
        """Replace what is asked, as its buyer saw it. What the form does not show stays."""
        await own(asked, scope, requirement_id)
        path = f"/requirements/{requirement_id}"
        present = await asked.ask("matching", path)
        specification, wrong = fields.asked(form, present.body["specification"], asked.words)
        try:
            done = await asked.send("matching", "PUT", path, specification, version=str(form.get("version", "")))
        except StageProblem as error:
            refused = _refused(asked, error, wrong)
            return await _form(asked, f"{path}/change", present, refused, typed(form), error.status)
        await asked.arrived(done)
        return see(path)

    @pages.post("/{requirement_id}/reopening")
    async def reopen(asked: Anybody, scope: Buyer, requirement_id: UUID, form: Form) -> Response:
        """Ask again for what was closed; its candidates come back with their answers."""
        given, path = body(form), f"/requirements/{requirement_id}"
        wanted = {name: given[name] for name in ("open_until",) if name in given}
        try:
            done = await asked.send("matching", "POST", f"{path}/reopening", wanted, version=str(form.get("version")))
        except StageProblem as error:
            return await show(asked, scope, requirement_id, 0, trouble(error, asked.words), typed(form), error.status)
        await asked.arrived(done)
        return see(path)

    return pages


async def _waived(
    asked: Asking, scope: Scope, requirement_id: UUID, form: FormData, what: str, wanted: dict[str, str] | None = None
) -> Response:
    path = f"/requirements/{requirement_id}"
    try:
        done = await asked.send("matching", "POST", f"{path}/{what}", wanted, version=str(form.get("version", "")))
    except StageProblem as error:
        return await show(asked, scope, requirement_id, 0, trouble(error, asked.words), typed(form), error.status)
    await asked.arrived(done)
    return see(f"{path}#waivers")


def _refused(asked: Asking, error: StageProblem, wrong: dict[str, str]) -> Trouble:
    """What the stage says, and at what cannot be read how it is written."""
    found = trouble(error, asked.words)
    unreadable = wrong and error.status == HTTPStatus.UNPROCESSABLE_ENTITY
    detail = asked.words("form.unreadable") if unreadable else found.detail
    return Trouble(detail, fields.errors(error) | wrong, found.stale)


async def _form(
    asked: Asking,
    action: str,
    present: Answer,
    problem: Trouble | None = None,
    given: Mapping[str, str] | None = None,
    status: int = HTTPStatus.OK,
    key: str = "",
) -> Response:
    shown = fields.shown(present.body["specification"])
    return asked.page(
        "specification.html",
        status,
        action=action,
        shown=shown,
        fields=fields,
        present=present,
        changed=_changed(given, shown) if problem is not None and problem.stale else [],
        names=await asked.areas(),
        key=key or text_of(new_id()),
        problem=problem,
        typed=dict(given or {}),
    )


def _changed(given: Mapping[str, str] | None, shown: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Fields that the buyer would have, and that are otherwise now: both texts."""
    own = given or {}
    rows: list[tuple[str, Any, Any]] = [(name, own.get(name, ""), shown.get(name, "")) for name in fields.FIELDS]
    return [row for row in rows if " ".join(row[1].split()) != " ".join(row[2].split())]
