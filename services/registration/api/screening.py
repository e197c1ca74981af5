"""Lists of article 69-B: load one, see which are loaded."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter

from services.registration import store
from services.registration.files.lists import MOST_DIGITS
from services.registration.files.screening import TITLE_BYTES, date_of
from services.registration.settings import RegistrationSettings
from services.registration.views import ListView
from shared.contracts import times
from shared.contracts.times import FIRST_DAY
from shared.days import day_of
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service import imported
from shared.service.callers import Role, allow
from shared.service.http import Page, Paging, Problem, Show, routes
from shared.service.imported import ImportView
from shared.service.upload import Send, form_schema

BY_OPERATOR = allow(Role.OPERATOR)

LISTS = "lists"


def router(settings: RegistrationSettings, database: Database) -> APIRouter:
    """The routes of screening."""
    api = routes("screening", prefix="/screening")
    fields = form_schema(
        optional={
            "list_date": {"type": "string", "format": "date", "maxLength": 10},
            "confirmed_firms": {"type": "string", "pattern": f"^[0-9]{{1,{MOST_DIGITS}}}$"},
        }
    )

    @api.post("/lists/imports", status_code=201, openapi_extra=fields, dependencies=[BY_OPERATOR])
    async def load_list(send: Send) -> ImportView:
        """Load a list of article 69-B, as the tax authority publishes it.

        It is in force once all of it is read; then every supplier is looked up in it. One of the same date corrects the
        one before. The date is what the file's title says, or else `list_date`. A list with fewer firms than the newest
        one is loaded only with their number as `confirmed_firms`: most likely its file was cut off, and it would clear
        whoever it lacks.
        """
        async with send.receive(settings.list_max_bytes, "list_date", "confirmed_firms") as upload:
            list_date = _date(upload.fields.get("list_date"), date_of(await upload.start(TITLE_BYTES)))
            confirmed = upload.fields.get("confirmed_firms", "")
            # Cut short it would be another number.
            kept = confirmed if len(confirmed) <= MOST_DIGITS else ""
            given = {"list_date": list_date.isoformat(), "confirmed_firms": kept}
            return await send.take_in(database, LISTS, upload, given)

    @api.get("/lists/imports/{import_id}", dependencies=[BY_OPERATOR])
    async def show_list_import(import_id: UUID, show: Show) -> ImportView:
        """Show how far the loading of a list is, and why it was refused if it was."""
        return show.shown(await imported.show(database, LISTS, import_id))

    @api.get("/lists", dependencies=[BY_OPERATOR])
    async def list_lists(paging: Paging) -> Page[ListView]:
        """List the lists that were loaded, the newest first."""
        return Page[ListView].of_all(await store.all_lists(database), paging, ListView.of)

    return api


def _date(given: str | None, said: date | None) -> date:
    """The list's date, as its file says or its caller: a wrong one would keep the right list out."""
    try:
        list_date = times.day_of(given) if given is not None else said
    except ValueError:
        raise Problem(422, "list_date_form") from None
    if list_date is None:
        raise Problem(422, "list_date_missing")
    if said not in (None, list_date):
        raise Problem(422, "list_date_differs", said=said.isoformat())
    if list_date < FIRST_DAY:
        raise Problem(422, "list_date_form")
    if list_date > day_of(now()):
        raise Problem(422, "list_date_in_future")
    return list_date
