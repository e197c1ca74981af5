"""Everything that the program holds about a firm, as one file, and what its people may ask for (ARCO)."""

import json
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final, Literal
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from services.portal.api.acting import UNTRIED, Tried, acted
from services.portal.api.asking import Anybody, Asking, Form
from services.portal.api.forms import body, typed
from services.portal.api.my_firm import Own
from services.portal.api.telling import Told, told
from services.portal.domain import sent
from services.portal.domain.firm import Firm
from services.portal.domain.scope import OwnFirm
from services.portal.domain.sent import Sent
from services.portal.domain.story import Entry
from services.portal.domain.subscription import Subscription, id_of
from services.portal.stages import AWAY, StageProblem
from services.portal.store import demand, subscriptions
from shared.runtime.clock import now
from shared.runtime.ids import new_id, text_of
from shared.service.http.pages import LARGEST

AUDIT: Final = "/suppliers/{id}/audit"
"""Who looked at what is held, and changed it."""
HELD: Final[dict[str, tuple[str, ...]]] = {
    "registration": (
        "/suppliers/{id}",
        "/suppliers/{id}/people",
        "/suppliers/{id}/introductions",
        "/suppliers/{id}/arco-requests",
        "/suppliers/{id}/past",
        "/suppliers/{id}/held",
        "/suppliers/{id}/attachments",
        AUDIT,
    ),
    "matching": (
        "/suppliers/{id}/alignment",
        "/suppliers/{id}/matches",
        "/suppliers/{id}/requirements",
        "/suppliers/{id}/meetings",
        "/suppliers/{id}/performance",
        AUDIT,
    ),
    "diagnosis": (
        "/diagnoses/{id}",
        "/diagnoses/{id}/draft",
        "/diagnoses/{id}/gaps",
        "/diagnoses/{id}/versions",
        "/diagnoses/{id}/benchmark",
        "/diagnoses/{id}/attachments",
        AUDIT,
    ),
    "development": (
        "/plans/{id}",
        "/plans/{id}/past",
        "/plans/{id}/history",
        "/plans/{id}/outcomes",
        "/plans/{id}/attachments",
        AUDIT,
    ),
    "financing": ("/cases/{id}", "/cases/{id}/papers", "/cases/{id}/refusals", AUDIT),
    "portal": (AUDIT,),
}
"""By stage, what it shows a firm's people of their firm."""
RIGHTS: Final = ("access", "rectification", "cancellation", "objection")
MEDIA: Final = {"json": "application/json", "zip": "application/zip"}


def router() -> APIRouter:
    pages = APIRouter(prefix="/my-firm/data")

    @pages.get("")
    async def show_rights(asked: Anybody, firm: Own) -> Response:
        """What is held where, what somebody may ask for, and where."""
        return await _page(asked, firm)

    @pages.post("/requests")
    async def ask_arco(asked: Anybody, firm: Own, form: Form) -> Response:
        """Ask for access, rectification, cancellation or objection: answered within twenty working days."""
        given = body(form)
        key = str(form.get("key", ""))
        return await acted(
            asked,
            asked.send("registration", "POST", f"/suppliers/{firm.id}/arco-requests", given, key=key),
            lambda tried: _page(asked, firm, tried),
            to="/my-firm/data#requests",
            typed=typed(form),
            tells=False,
        )

    @pages.get("/file")
    async def give_file(asked: Anybody, firm: Own, form: Literal["json", "zip"] = "json") -> Response:
        """All of it, as one JSON document or as one file of each service: sent as it is read."""
        name = f"pdp-{firm.profile.folio if firm.profile else firm.id}.{form}"
        reading = _Reading(asked, firm)
        content = _zipped(reading) if form == "zip" else _written(reading)
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return StreamingResponse(content, media_type=MEDIA[form], headers=headers)

    return pages


async def _page(asked: Asking, firm: Firm, tried: Tried = UNTRIED) -> Response:
    made = await asked.beside("registration", f"/suppliers/{firm.id}/arco-requests", limit=LARGEST)
    case = await asked.beside("financing", f"/cases/{firm.id}") if firm.referrals else None
    return asked.page(
        "my_data.html",
        tried.status,
        firm=firm,
        stages=tuple(HELD),
        rights=RIGHTS,
        requests=[] if made is None else made.body["items"],
        sent=[] if case is None else sent.referrals(case.body),
        key=text_of(new_id()),
        **tried.shown,
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """What is held, as pieces of JSON: never more of it in memory than one page of a list."""

    asked: Asking
    firm: Firm
    away: dict[str, StageProblem] = field(default_factory=dict)
    """Services that did not answer: nobody waits for one twice."""
    sent: list[Sent] = field(default_factory=list)
    """To whom what was sent, as far as the stages said so by now."""

    consents: list[str] = field(default_factory=list)
    """Ids of those that the firm gave: the words of each are kept beside it."""

    async def of(self, service: str) -> AsyncIterator[str]:
        """What one service holds."""
        yield "{"
        if service == "portal":
            async for piece in self._own():
                yield piece
        for place, path in enumerate(HELD[service]):
            yield f"{',' * (place > 0 or service == 'portal')}\n{_json(path)}: "
            async for piece in self._shown(service, path.format(id=self.firm.id)):
                yield piece
        for id_ in self.consents if service == "financing" else ():
            path = f"/consents/{id_}/text"
            yield f",\n{_json(path)}: "
            async for piece in self._shown(service, path):
                yield piece
        yield "\n}"

    async def _shown(self, service: str, path: str) -> AsyncIterator[str]:
        """What a service shows, every page of a list; where it refuses, that it does: nothing is missing in silence."""
        try:
            body = await self._ask(service, path)
        except StageProblem as error:
            yield _json(_refused(error))
            return
        self._note(path, body)
        if not (isinstance(body, dict) and body.keys() == {"items", "next"}):
            yield _json(body)
            return
        yield '{"items": [\n' + _lines(body["items"])
        while body["next"] is not None:
            try:
                body = await self._ask(service, path, after=body["next"], limit=LARGEST)
            except StageProblem as error:
                yield f"\n], {_json(_refused(error))[1:]}"
                return
            self._note(path, body)
            yield f",\n{_lines(body['items'])}" if body["items"] else ""
        yield '\n], "next": null}'

    def _note(self, path: str, body: Any) -> None:  # noqa: ANN401 - JSON
        if path == f"/cases/{self.firm.id}":
            self.sent.extend(sent.referrals(body))
            self.consents.extend(each["id"] for each in body["consents"])
        elif path == f"/suppliers/{self.firm.id}/people":
            self.sent.extend(sent.mails(None, body["items"]))

    async def _ask(self, service: str, path: str, **query: str | int) -> Any:  # noqa: ANN401 - JSON
        if service in self.away:
            raise self.away[service]
        try:
            return (await self.asked.ask(service, path, **query)).body
        except StageProblem as error:
            if error.code == AWAY:
                self.away[service] = error
            raise

    async def _own(self) -> AsyncIterator[str]:
        """What the portal itself holds: its read model, and the story."""
        yield f'\n"firm": {_json(asdict(self.firm))},\n"story": [\n'
        story, anchors = await self._story(None), await self._anchors()
        natural = self.firm.profile is not None and self.firm.profile.kind == "natural"
        yield _lines([asdict(entry) for entry in story.entries])
        self.sent.extend(sent.introductions(story.entries, anchors, natural=natural))
        while story.last is not None:
            story = await self._story(story.last)
            yield f",\n{_lines([asdict(entry) for entry in story.entries])}"
            self.sent.extend(sent.introductions(story.entries, anchors, natural=natural))
        mine = await self._news()
        self.sent.extend(sent.mails(mine, ()))
        news = None if mine is None else asdict(replace(mine, code=None, stop=""))
        ordered = sorted(self.sent, key=lambda each: each.at)
        yield f'\n],\n"news": {_json(news)},\n"sent": [\n{_lines([asdict(each) for each in ordered])}\n]'

    async def _news(self) -> Subscription | None:
        """What whoever asks for the file is told by mail; nobody else's."""
        if self.asked.person is None:
            return None
        async with self.asked.portal.database.connection() as connection:
            return await subscriptions.subscription(connection, id_of(self.asked.person.subject))

    async def _anchors(self) -> dict[UUID, str]:
        async with self.asked.portal.database.connection() as connection:
            return {id_: anchor.name for id_, anchor in (await demand.all_anchors(connection)).items()}

    async def _story(self, last: Entry | None) -> Told:
        before = (None, None) if last is None else (last.at, last.event_id)
        async with self.asked.portal.database.connection() as connection:
            return await told(connection, OwnFirm(self.firm.id), self.firm.id, *before)


def _refused(error: StageProblem) -> dict[str, str | int]:
    return {"not_shown": error.code, "status": error.status}


def _json(held: object) -> str:
    return json.dumps(held, ensure_ascii=False, default=str)


def _lines(items: list[Any]) -> str:
    return ",\n".join(map(_json, items))


async def _written(reading: _Reading) -> AsyncIterator[str]:
    for place, service in enumerate(HELD):
        begins = ",\n" if place else "{"
        yield f'{begins}"{service}": '
        async for piece in reading.of(service):
            yield piece
    yield "}\n"


class _Written:
    """What a ZIP file is written to, and taken from as it grows."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, part: bytes) -> int:
        self._parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        """It is written."""

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


async def _zipped(reading: _Reading) -> AsyncIterator[bytes]:
    file = _Written()
    with ZipFile(file, "w") as archive:  # type: ignore[call-overload]  # it needs no more than these two
        for service in HELD:
            entry = ZipInfo(f"{service}.json", now().timetuple()[:6])
            entry.compress_type = ZIP_DEFLATED
            with archive.open(entry, "w") as document:
                document.write(f'{{"{service}": '.encode())
                async for piece in reading.of(service):
                    document.write(piece.encode())
                    yield file.taken()
                document.write(b"}\n")
    yield file.taken()
