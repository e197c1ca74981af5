"""One request for a page: who asks, in which language, and what they may see."""

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.datastructures import FormData

from services.portal.api.admission import NAVIGATION, NotAllowed, SignInNeeded, Unbound
from services.portal.api.form_body import MAX_FORM_BYTES, fields_of, is_of_a_page, is_well_formed, length_of
from services.portal.api.forms import Trouble
from services.portal.api.portal import Portal
from services.portal.domain.scope import OwnFirm, Scope
from services.portal.identity.cookie import Cookie
from services.portal.identity.people import Person
from services.portal.stages import Answer, StageProblem
from services.portal.store import story
from services.portal.views.labels import labels_of
from services.portal.views.pages import Look, render
from services.portal.views.words import Words
from shared.contracts import audit as catalogue
from shared.i18n import LANGUAGES, Language, negotiated
from shared.messaging import audit
from shared.messaging.audit import Act
from shared.service.callers import Caller, Role
from shared.service.http import Problem
from shared.service.http.routes import FORM as MULTIPART
from shared.service.http.routes import HELD, JSON, MAX_FILE_BYTES, query_names, unknown_of
from shared.service.upload import form_of

SESSION, SIGNING, ANONYMOUS, LANGUAGE = "__Host-session", "__Host-sign-in", "__Host-form", "__Host-language"
"""Cookies: of this host alone, by https (and on one machine's own address), out of every script's sight."""

GOES_ON = "goes_on"
"""In a request's state: a file asks for this page, as one of many."""
URLENCODED = "application/x-www-form-urlencoded"
ARRIVES_S = 3.0
"""How long a page waits for an event that it caused; usually it takes a twentieth of a second."""
LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x1f\x7f]*")
"""An address of this portal: neither another host's, nor one that a browser takes for one."""


@dataclass(slots=True)
class Asking:
    """Who asks for this page."""

    portal: Portal
    request: Request
    language: Language
    person: Person | None
    anonymous: Cookie = field(default_factory=Cookie.new)
    """For forms of whoever is not signed in."""
    away: dict[str, datetime | None] = field(default_factory=dict)
    """Stages that did not answer for this page, and when each last told of the person's own firm."""

    @property
    def look(self) -> Look:
        return Look(self.language, self.person, self.request.url.path, dict(self.request.query_params))

    def page(self, template: str, status: int = HTTPStatus.OK, /, **values: Any) -> HTMLResponse:  # noqa: ANN401 - whatever the template shows
        """A template as the answer."""
        mine = frozenset() if self.person is None else self.person.roles
        navigation = [(address, name) for role, address, name in NAVIGATION if role in mine]
        given: dict[str, Any] = {
            "problem": None,
            "navigation": dict.fromkeys(navigation),
            "anonymous_token": self.anonymous.token(),
            "away": self.away,
            "typed": {},
            "acted": "",
        }
        given |= values
        problem = given["problem"]
        if isinstance(problem, Trouble) and problem.errors:
            labels = labels_of(render(template, self.look, **given), self.words("form.optional"))
            given["problem"] = problem.on(labels, given["acted"], self.words)
        answer = HTMLResponse(render(template, self.look, **given), status)
        if self.person is None:
            keep(answer, ANONYMOUS, self.anonymous)
        return answer

    def part(self, template: str, **values: Any) -> str:  # noqa: ANN401 - whatever the template shows
        """A part of a page, for a script that puts it into its place."""
        return render(template, self.look, **values)

    async def looked(self, *firms: UUID, page: str = "") -> None:
        """Put on record that the person sees these, before the page shows them: a firm may be a natural person, and its
        folio is theirs. Without a record there is no page. `page`: of which this one shows a part.
        """
        cause, read = self.request.state.cause, catalogue.READS["portal"][page or self.request.scope["route"].name]
        act = f"portal:{read.act}"
        acts = [Act(act, cause.actor, firm, cause.correlation_id) for firm in dict.fromkeys(firms)]
        # A page that a file goes on with is the same look.
        record = audit.record_going_on if getattr(self.request.state, GOES_ON, False) else audit.record
        async with self.portal.database.connection() as connection:
            await record(connection, acts)

    @property
    def _within(self) -> str:
        within: str = self.request.state.cause.correlation_id
        return within

    async def ask(self, stage: str, path: str, **query: str | int | Sequence[str]) -> Answer:
        """What a stage shows this person. Raises StageProblem."""
        stages = self.portal.stages
        return await stages.get(self.person, self.language, stage, path, within=self._within, **query)

    async def glance(self, stage: str, path: str, **query: str | int | Sequence[str]) -> Answer | None:
        """The same for a page that says itself what it lacks: None where the stage has none or does not answer soon."""
        try:
            return await self._aside(stage, path, **query)
        except StageProblem:
            return None

    async def beside(self, stage: str, path: str, **query: str | int | Sequence[str]) -> Answer | None:
        """The same beside what the portal knows itself: the page says of when that is while the stage is away."""
        try:
            return await self._aside(stage, path, **query)
        except StageProblem as error:
            if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                await self.is_away(stage)
            return None

    async def _aside(self, stage: str, path: str, **query: str | int | Sequence[str]) -> Answer:
        stages = self.portal.stages
        return await stages.beside(self.person, self.language, stage, path, within=self._within, **query)

    async def is_away(self, stage: str) -> None:
        """Have the page say that this stage does not answer."""
        person, self.away[stage] = self.person, None
        if person is not None and person.supplier_id is not None and Role.SUPPLIER in person.roles:
            async with self.portal.database.connection() as connection:
                self.away[stage] = await story.last_told(connection, OwnFirm(person.supplier_id), stage)

    async def send(
        self,
        stage: str,
        method: str,
        path: str,
        body: object = None,
        *,
        version: str | None = None,
        key: str | None = None,
    ) -> Answer:
        """Have a stage do what this person wants. `version`: the ETag under which they saw it; `key`: under which the
        same is done once. Raises StageProblem.
        """
        stages = self.portal.stages
        client = self.request.client
        given = {"version": version, "key": key, "address": None if client is None else client.host}
        return await stages.send(self.person, self.language, stage, method, path, body, **given)

    @property
    def words(self) -> Words:
        return Words(self.language)

    async def arrived(self, done: Answer) -> bool:
        """Wait for what a stage decided to be in what pages show: a page that shows the state before lies. False where
        it takes longer than `ARRIVES_S`, or nothing had to change.
        """
        return await self.portal.arrivals.until_followed(done.correlation_id, ARRIVES_S)

    async def areas(self) -> dict[str, str]:
        """Names of the procurement areas by code; none while the stage that has them is away."""
        name = "name" if self.language == "es" else "name_en"
        return await self._catalogue("matching", "/areas", "areas", name)

    async def modules(self) -> dict[str, str]:
        """Names of the development modules by code, in Spanish; none while the stage that has them is away."""
        return await self._catalogue("development", "/modules", "modules", "name")

    async def _catalogue(self, stage: str, path: str, list_: str, shown: str) -> dict[str, str]:
        try:
            found = await self.portal.stages.kept(self.person, self.language, stage, path)
        except StageProblem:
            await self.is_away(stage)
            return {}
        return {each["code"]: each[shown] for each in found[list_]}


async def asking(request: Request) -> Asking:
    """What every page begins with, that of an error too."""
    portal: Portal = request.app.state.portal
    person = await portal.people.of(Cookie.of(request.cookies.get(SESSION)))
    if person is not None:
        request.state.subject, request.state.roles = person.subject, person.roles
    return asked_as(request, person)


def asked_as(request: Request, person: Person | None) -> Asking:
    """What this request is to be answered with, to this person."""
    chosen = request.cookies.get(LANGUAGE)
    language = next((each for each in LANGUAGES if each == chosen), None)
    spoken = language or negotiated(request.headers.get("Accept-Language"))
    anonymous = Cookie.of(request.cookies.get(ANONYMOUS)) or Cookie.new()
    return Asking(request.app.state.portal, request, spoken, person, anonymous)


async def _asked(request: Request) -> Asking:
    """Whoever asks for what no store holds asks for what is not there."""
    if b"%00" in request.scope["query_string"]:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return await asking(request)


Anybody = Annotated[Asking, Depends(_asked)]


class Only:
    """The dependency of a page of some roles. The test that walks all pages reads `roles`."""

    def __init__(self, *roles: Role) -> None:
        self.roles = roles

    async def __call__(self, asked: Anybody) -> Scope:
        """What the person sees as one of them. Raises SignInNeeded, NotAllowed, Unbound, and Problem of a filter."""
        if asked.person is None:
            raise SignInNeeded
        admitted, scope = asked.person.roles & {*self.roles}, asked.person.scope(*self.roles)
        if scope is None:
            raise Unbound if admitted else NotAllowed
        refuse_unknown(asked.request)
        actor = Caller(asked.person.subject, admitted, asked.person.supplier_id, asked.person.anchor_id).actor
        asked.request.state.cause = asked.request.state.cause._replace(actor=actor)
        return scope


def refuse_unknown(request: Request) -> None:
    """Raises Problem of a filter that this page does not have: it would show what nobody asked for. A page without
    filters shows the same whatever stands behind its address, as mail programs put something there; and whoever is not
    signed in, on a page for everybody, is not stopped by it.
    """
    known = query_names(request.scope["route"].dependant)
    unknown = unknown_of(request.query_params.keys(), known) if known else None
    if unknown is not None:
        raise unknown


async def _form(asked: Anybody) -> AsyncIterator[FormData]:
    """The fields of a form that came from a page of ours, opened by the same browser."""
    length = await _length(asked, URLENCODED, MAX_FORM_BYTES)
    with HELD[JSON].holding(asked.request.scope, length):
        yield _ours(asked, await fields_of(asked.request))


async def _file(asked: Anybody) -> AsyncIterator[FormData]:
    """The same with a file, which is on disk where it is large."""
    length = await _length(asked, MULTIPART, MAX_FILE_BYTES)
    with HELD[MULTIPART].holding(asked.request.scope, length):
        async with form_of(asked.request) as form:
            yield _ours(asked, form)


async def _length(asked: Asking, takes: str, most: int) -> int:
    """How long a form is that may be read. Raises Problem."""
    if asked.person is None:
        await asked.portal.forms(asked.request)
    return length_of(asked.request, asked.portal.url, takes, most)


def _ours(asked: Asking, form: FormData) -> FormData:
    """Raises Problem where it has no token of a page that this browser opened, or fields that no page has."""
    if not is_well_formed(form):
        raise Problem(422, "form_malformed")
    cookie = asked.anonymous if asked.person is None else asked.person.cookie
    if not is_of_a_page(form, cookie):
        raise Problem(403, "form_stale")
    return form


Form = Annotated[FormData, Depends(_form)]
File = Annotated[FormData, Depends(_file)]


def keep(answer: HTMLResponse | RedirectResponse, name: str, cookie: Cookie, seconds: int | None = None) -> None:
    """Have the browser keep a cookie, for so long or until it is closed."""
    answer.set_cookie(name, cookie.value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax")


def forget(answer: HTMLResponse | RedirectResponse, name: str) -> None:
    """Have the browser forget a cookie."""
    answer.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")


def local(address: str | None) -> str:
    """The address if it is the portal's, else its first page."""
    return address if address is not None and len(address) <= 2_000 and LOCAL.fullmatch(address) else "/"


def see(address: str) -> RedirectResponse:
    """After a form: the page that shows what became of it."""
    return RedirectResponse(local(address), HTTPStatus.SEE_OTHER)
