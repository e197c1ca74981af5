"""One request for a page: who asks, in which language, and what they may see."""

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.datastructures import FormData

from services.portal.domain.scope import Scope
from services.portal.identity.cookie import Cookie
from services.portal.identity.people import People, Person
from services.portal.stages import Answer, StageProblem, Stages
from services.portal.store import story
from services.portal.views.pages import Look, render
from services.portal.views.words import Words
from shared.i18n import LANGUAGES, Language, negotiated
from shared.runtime.database import Database
from shared.service.callers import Role
from shared.service.http import Problem
from shared.service.http.routes import FORM as MULTIPART
from shared.service.http.routes import HELD, JSON, MAX_BODY_BYTES, MAX_FILE_BYTES

SESSION, SIGNING, ANONYMOUS, LANGUAGE = "__Host-session", "__Host-sign-in", "__Host-form", "__Host-language"
"""Cookies: of this host alone, by https (and on one machine's own address), out of every script's sight."""

URLENCODED = "application/x-www-form-urlencoded"
ARRIVES_S = 3.0
"""How long a page waits for an event that it caused; usually it takes a twentieth of a second."""
FIELDS_BESIDE_FILE = 8
FIELDS = 400
"""Of one form: a whole questionnaire has some 200."""
LENGTH = re.compile(r"[0-9]{1,15}")
LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x1f\x7f]*")
"""An address of this portal: neither another host's, nor one that a browser takes for one."""

NAVIGATION: tuple[tuple[Role, str, str], ...] = (
    (Role.SUPPLIER, "/my-firm", "nav.my_firm"),
    (Role.ASSESSOR, "/work", "nav.work"),
    (Role.EXPERT, "/work", "nav.work"),
    (Role.MENTOR, "/work", "nav.work"),
    (Role.OPERATOR, "/operator", "nav.operator"),
    (Role.OPERATOR, "/registrations", "nav.registrations"),
    (Role.OPERATOR, "/firms", "nav.firms"),
    (Role.OPERATOR, "/assignments", "nav.assignments"),
    (Role.OPERATOR, "/cohorts", "nav.cohorts"),
    (Role.OPERATOR, "/imports", "nav.imports"),
    (Role.OPERATOR, "/operations", "nav.operations"),
    (Role.ASSESSOR, "/firms", "nav.firms"),
    (Role.EXPERT, "/firms", "nav.firms"),
    (Role.MENTOR, "/firms", "nav.firms"),
    (Role.ANCHOR, "/requirements", "nav.requirements"),
)
"""Which areas each role has, in their order."""


class SignInNeeded(Exception):  # noqa: N818 - what is needed
    """Nobody is signed in, and the page is somebody's."""


class NotAllowed(Exception):  # noqa: N818 - what is said
    """The person has none of the page's roles."""


class Unbound(Exception):  # noqa: N818 - what is said
    """The person has the role, and nobody said of which firm or anchor."""


@dataclass(frozen=True, slots=True)
class Portal:
    """What pages are made with."""

    people: People
    stages: Stages
    database: Database
    url: str


@dataclass(slots=True)
class Asking:
    """Who asks for this page."""

    portal: Portal
    request: Request
    language: Language
    person: Person | None
    anonymous: Cookie = field(default_factory=Cookie.new)
    """For forms of whoever is not signed in."""

    @property
    def look(self) -> Look:
        return Look(self.language, self.person, self.request.url.path, dict(self.request.query_params))

    def page(self, template: str, status: int = HTTPStatus.OK, /, **values: Any) -> HTMLResponse:  # noqa: ANN401 - whatever the template shows
        """A template as the answer."""
        mine = frozenset() if self.person is None else self.person.roles
        navigation = [(address, name) for role, address, name in NAVIGATION if role in mine]
        given = {
            "problem": None,
            "navigation": dict.fromkeys(navigation),
            "anonymous_token": self.anonymous.token(),
            "typed": {},
            "acted": "",
        }
        answer = HTMLResponse(render(template, self.look, **(given | values)), status)
        if self.person is None:
            keep(answer, ANONYMOUS, self.anonymous)
        return answer

    def part(self, template: str, **values: Any) -> str:  # noqa: ANN401 - whatever the template shows
        """A part of a page, for a script that puts it into its place."""
        return render(template, self.look, **values)

    async def ask(self, stage: str, path: str, **query: str | int | Sequence[str]) -> Answer:
        """What a stage shows this person. Raises StageProblem."""
        return await self.portal.stages.get(self.person, self.language, stage, path, **query)

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
        return await story.until_followed(self.portal.database, done.correlation_id, ARRIVES_S)

    async def areas(self) -> dict[str, str]:
        """Names of the procurement areas by code; none while the stage that has them is away."""
        name = "name" if self.language == "es" else "name_en"
        return await self._catalogue("matching", "/areas", "areas", name)

    async def questions(self) -> dict[str, str]:
        """Texts of the instrument's questions by code, in Spanish; none while the stage that has them is away."""
        return await self._catalogue("diagnosis", "/instrument", "questions", "text")

    async def modules(self) -> dict[str, str]:
        """Names of the development modules by code, in Spanish; none while the stage that has them is away."""
        return await self._catalogue("development", "/modules", "modules", "name")

    async def _catalogue(self, stage: str, path: str, list_: str, shown: str) -> dict[str, str]:
        try:
            found = await self.portal.stages.kept(self.person, self.language, stage, path)
        except StageProblem:
            return {}
        return {each["code"]: each[shown] for each in found[list_]}


async def asking(request: Request) -> Asking:
    """The dependency of every page."""
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


Anybody = Annotated[Asking, Depends(asking)]


class Only:
    """The dependency of a page of some roles. The test that walks all pages reads `roles`."""

    def __init__(self, *roles: Role) -> None:
        self.roles = roles

    async def __call__(self, asked: Anybody) -> Scope:
        """What the person sees as one of them. Raises SignInNeeded, NotAllowed, Unbound."""
        if asked.person is None:
            raise SignInNeeded
        scope = asked.person.scope(*self.roles)
        if scope is None:
            raise Unbound if asked.person.roles & {*self.roles} else NotAllowed
        return scope


async def _form(asked: Anybody) -> AsyncIterator[FormData]:
    """The fields of a form that came from a page of ours, opened by the same browser."""
    length = _length(asked, URLENCODED, MAX_BODY_BYTES)
    with HELD[JSON].holding(asked.request.scope, length):
        async with asked.request.form(max_fields=FIELDS) as form:
            yield _ours(asked, form)


async def _file(asked: Anybody) -> AsyncIterator[FormData]:
    """The same with a file, which is on disk where it is large."""
    length = _length(asked, MULTIPART, MAX_FILE_BYTES)
    with HELD[MULTIPART].holding(asked.request.scope, length):
        async with asked.request.form(max_files=1, max_fields=FIELDS_BESIDE_FILE) as form:
            yield _ours(asked, form)


def _length(asked: Asking, takes: str, most: int) -> int:
    """How long a form is that may be read. Raises Problem."""
    headers = asked.request.headers
    own, given = urlsplit(asked.portal.url), urlsplit(headers.get("origin", ""))
    if (own.scheme, own.netloc) != (given.scheme, given.netloc):
        raise Problem(403, "form_elsewhere")
    length = headers.get("content-length", "")
    if not LENGTH.fullmatch(length):
        raise Problem(411, "length_required")
    if int(length) > most:
        raise Problem(413, "too_large", most=most)
    if headers.get("content-type", "").partition(";")[0].strip().lower() != takes:
        raise Problem(415, "content_type", takes=takes)
    return int(length)


def _ours(asked: Asking, form: FormData) -> FormData:
    """Raises Problem where it has no token of a page that this browser opened."""
    cookie = asked.anonymous if asked.person is None else asked.person.cookie
    if not cookie.fits(str(form.get("token", ""))):
        raise Problem(403, "form_stale")
    return form


Form = Annotated[FormData, Depends(_form)]
File = Annotated[FormData, Depends(_file)]


def keep(answer: HTMLResponse | RedirectResponse, name: str, cookie: Cookie, seconds: int | None = None) -> None:
    """Have the browser keep a cookie, for so long or until it is closed."""
    answer.set_cookie(name, cookie.value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax")


def forget(answer: RedirectResponse, name: str) -> None:
    """Have the browser forget a cookie."""
    answer.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")


def local(address: str | None) -> str:
    """The address if it is the portal's, else its first page."""
    return address if address is not None and len(address) <= 2_000 and LOCAL.fullmatch(address) else "/"


def see(address: str) -> RedirectResponse:
    """After a form: the page that shows what became of it."""
    return RedirectResponse(local(address), HTTPStatus.SEE_OTHER)
