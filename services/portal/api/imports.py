"""Files that operators give the stages, of firms, anchors, requirements and article 69-B, and what becomes of them."""

from typing import Annotated, Any, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Query, Response
from fastapi.responses import StreamingResponse
from starlette.datastructures import FormData, UploadFile

from services.portal.api.acting import UNTRIED, Tried
from services.portal.api.asking import Anybody, Asking, File, Only, see
from services.portal.api.forms import trouble, typed
from services.portal.domain.scope import Scope
from services.portal.stages import StageProblem
from shared.runtime.ids import new_id, text_of
from shared.service.callers import Role

Operator = Annotated[Scope, Depends(Only(Role.OPERATOR))]
Line = Annotated[int, Query(ge=0, le=1_000)]
OUTCOMES = ("added", "registered", "joined", "published", "held", "changed", "unchanged")
"""Of rows that went in, in the order in which a page tells them."""
LONGEST_NAME = 100
"""Of a file, as it is passed on: its end says what it is."""
FORMS = ("xlsx", "csv")
"""Of what is filled in."""
ROWS = 100
"""Of the refused on one page."""


class Kind(NamedTuple):
    """What a file may be, and where it goes."""

    stage: str
    path: str
    fields: tuple[str, ...] = ()
    """What its stage may have to be told beside the file."""
    template: bool = True
    """Whether its stage has a file that is filled in; what authorities publish is as they publish it."""
    export: str = ""
    """Where its stage gives what it has as such a file."""


KINDS = {
    "suppliers": Kind("registration", "/suppliers/imports", export="/suppliers/export"),
    "anchors": Kind("registration", "/anchors/imports"),
    "requirements": Kind("matching", "/requirements/imports"),
    "lists": Kind("registration", "/screening/lists/imports", ("list_date", "confirmed_firms"), template=False),
    "prospects": Kind("registration", "/prospects/imports", ("edition",), template=False),
}


def router() -> APIRouter:
    pages = APIRouter(prefix="/imports")

    @pages.get("")
    async def list_kinds(asked: Anybody, _: Operator) -> Response:
        """What may be given, and which lists are in force."""
        return await _page(asked)

    @pages.get("/{kind}/template")
    async def show_template(asked: Anybody, _: Operator, kind: str, form: Annotated[str, Query()] = "xlsx") -> Response:
        """What is to be filled in, as the stage gives it."""
        there = _kind(kind)
        if not there.template or form not in FORMS:
            raise HTTPException(404)
        return await _given(asked, there, f"{there.path}/template?format={form}")

    @pages.get("/{kind}/export")
    async def export(asked: Anybody, _: Operator, kind: str, form: Annotated[str, Query()] = "xlsx") -> Response:
        """What the stage has, as it gives it: such a file is sent again as it is."""
        there = _kind(kind)
        if not there.export or form not in FORMS:
            raise HTTPException(404)
        return await _given(asked, there, f"{there.export}?format={form}")

    @pages.post("/{kind}")
    async def give_file(asked: Anybody, _: Operator, kind: str, form: File) -> Response:
        """Pass a file on to its stage, as it comes."""
        there = _kind(kind)
        try:
            done = await _passed_on(asked, there, form)
        except StageProblem as error:
            return await _page(asked, Tried(trouble(error, asked.words), typed(form), f"{kind}-", error.status))
        return see(f"/imports/{kind}/{done['id']}")

    @pages.get("/{kind}/{import_id}")
    async def show_import(asked: Anybody, _: Operator, kind: str, import_id: UUID, skip: Line = 0) -> Response:
        """How far it is, and which rows were refused."""
        return await _shown(asked, kind, import_id, skip, "import.html")

    @pages.get("/{kind}/{import_id}/progress")
    async def show_progress(asked: Anybody, _: Operator, kind: str, import_id: UUID) -> Response:
        """The same alone, for a script that puts it into its place."""
        return await _shown(asked, kind, import_id, 0, "import_progress.html")

    @pages.get("/{kind}/{import_id}/refused")
    async def give_back(asked: Anybody, _: Operator, kind: str, import_id: UUID) -> Response:
        """Its refused rows, as the stage gives them."""
        there = _kind(kind)
        return await _given(asked, there, f"{there.path}/{import_id}/refused")

    return pages


def _kind(kind: str) -> Kind:
    if kind not in KINDS:
        raise HTTPException(404)
    return KINDS[kind]


async def _given(asked: Asking, there: Kind, path: str) -> Response:
    """A file of a stage's. Raises StageProblem."""
    file = await asked.portal.stages.file(asked.person, asked.language, there.stage, path)
    return StreamingResponse(file.parts(), headers=file.headers)


async def _passed_on(asked: Asking, there: Kind, form: FormData) -> dict[str, Any]:
    """What the stage says of the import. Raises StageProblem."""
    fields = {name: text for name in there.fields if (text := str(form.get(name, "")).strip())}
    file, key = form.get("file"), str(form.get("key", "")) or None
    sent = ((file.filename or "")[-LONGEST_NAME:], file.file) if isinstance(file, UploadFile) else None
    stages = asked.portal.stages
    done = await stages.send_file(asked.person, asked.language, there.stage, there.path, sent, fields, key)
    found: dict[str, Any] = done.body
    return found


async def _page(asked: Asking, tried: Tried = UNTRIED) -> Response:
    lists = await asked.glance("registration", "/screening/lists", limit=10)
    return asked.page(
        "imports.html", tried.status, kinds=KINDS, lists=lists, key=text_of(new_id()), file="file", **tried.shown
    )


async def _shown(asked: Asking, kind: str, import_id: UUID, skip: int, template: str) -> Response:
    there = _kind(kind)
    found = await asked.ask(there.stage, f"{there.path}/{import_id}")
    rows = found.body["refused_rows"]
    following = str(skip + ROWS) if len(rows) > skip + ROWS else None
    outcomes: dict[str, int] = found.body["outcomes"]
    told = {code: outcomes[code] for code in (*OUTCOMES, *sorted(outcomes)) if code in outcomes}
    shown = rows[skip : skip + ROWS]
    return asked.page(template, kind=kind, file=found.body, outcomes=told, rows=shown, next=following)
