"""Lists of article 69-B: load one, see which are loaded."""

import re
from datetime import date
from functools import partial

from fastapi import APIRouter

from services.registration import handlers, store
from services.registration.domain.screening import list_id
from services.registration.files.screening import date_of, read_list
from services.registration.handlers import LoadList
from services.registration.settings import RegistrationSettings
from services.registration.store import newest_list, screening_lists
from services.registration.views import ListLoaded, ListView
from shared.contracts.event import FIRST_DAY
from shared.messaging.commands import Commands
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.callers import Role, allow
from shared.service.http import Page, Paging, Problem, routes
from shared.service.upload import Send, form_schema

BY_OPERATOR = allow(Role.OPERATOR)

_NUMBER = re.compile(r"[0-9]{1,9}")


def router(settings: RegistrationSettings, commands: Commands, database: Database) -> APIRouter:
    """The routes of screening."""
    api = routes("screening", prefix="/screening")
    fields = form_schema(
        optional={
            "list_date": {"type": "string", "format": "date", "maxLength": 10},
            "confirmed_firms": {"type": "string", "pattern": "^[0-9]{1,9}$"},
        }
    )

    @api.post("/lists", status_code=201, openapi_extra=fields, dependencies=[BY_OPERATOR])
    async def load_list(send: Send) -> ListLoaded:
        """Load a list of article 69-B, as the tax authority publishes it.

        Every supplier is then looked up in it. One of the same date corrects the one before. The date is what the
        file's title says, or else `list_date`. A list with fewer firms than the newest one is loaded only with their
        number as `confirmed_firms`: most likely its file was cut off, and it would clear whoever it lacks.
        """
        upload = await send.receive(settings.list_max_bytes, "list_date", "confirmed_firms")
        list_date = _date(upload.fields.get("list_date"), date_of(upload.content))
        file = await send.reading(partial(read_list, upload.content, max_rows=settings.list_max_rows))
        confirmed = _number(upload.fields.get("confirmed_firms", ""))
        command = LoadList(list_date=list_date, entries=file.entries, confirmed_firms=confirmed)
        return await send.run(
            commands,
            screening_lists,
            list_id(list_date),
            lambda state, newest: handlers.load_list(state, command, now(), newest),
            lambda list_: ListLoaded(
                list_date=list_date, loaded_at=list_.loaded_at, firms=len(list_.entries), left_out=file.left_out
            ),
            newest_list,
        )

    @api.get("/lists", dependencies=[BY_OPERATOR])
    async def list_lists(paging: Paging) -> Page[ListView]:
        """List the lists that were loaded, the newest first."""
        return Page[ListView].of_all(await store.all_lists(database), paging, ListView.of)

    return api


def _number(given: str) -> int | None:
    """What is no number confirms nothing."""
    return int(given) if _NUMBER.fullmatch(given) else None


def _date(given: str | None, said: date | None) -> date:
    """The list's date, as its file says or its caller: a wrong one would keep the right list out."""
    try:
        list_date = date.fromisoformat(given) if given is not None else said
    except ValueError:
        raise Problem(422, "list_date_form") from None
    if list_date is None:
        raise Problem(422, "list_date_missing")
    if said not in (None, list_date):
        raise Problem(422, "list_date_differs", said=said.isoformat())
    if list_date < FIRST_DAY:
        raise Problem(422, "list_date_form")
    if list_date > now().date():
        raise Problem(422, "list_date_in_future")
    return list_date
