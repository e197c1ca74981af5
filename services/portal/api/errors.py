"""What goes wrong, as pages; and what every answer tells its browser."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.portal.api.admission import LeftProgram, NotAllowed, SignInNeeded, Unbound
from services.portal.api.asking import asked_as, asking
from services.portal.api.forms import said
from services.portal.identity.provider import ProviderUnavailableError, SignInRefusedError
from services.portal.stages import StageProblem
from shared.service.http import Problem
from shared.service.http.errors import unexpected

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = tuple(
    (name.encode(), value.encode())
    for name, value in {
        "content-security-policy": POLICY,
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
    }.items()
)

PAGES = {"internal_error": "error.internal", "store_unavailable": "error.store", "store_behind": "error.store"}
"""What a page says of problems whose sentences are for programs."""

OF_FRAMEWORK: dict[int, str] = {404: "error.not_found", 405: "error.method"}

Handler = Callable[[Request, Exception], Awaitable[Response]]


class Guarding:
    """Around every page: a browser runs only our scripts, shows it in no frame, and tells nobody where it was."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def answer(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun, message["headers"] = True, [*message["headers"], *HEADERS]
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except Exception as error:
            if begun:
                raise
            # Here, and by no handler of the framework's: that one answers past all that stands around pages.
            await _failed(Request(scope), unexpected(error))(scope, receive, answer)


def add_to(app: FastAPI) -> None:
    """Every error of a page is a page."""
    for error, handler in {
        SignInNeeded: _to_sign_in,
        NotAllowed: _said(HTTPStatus.FORBIDDEN, "error.role"),
        Unbound: _said(HTTPStatus.FORBIDDEN, "error.unbound"),
        LeftProgram: _left_program,
        StageProblem: _of_stage,
        Problem: _of_form,
        SignInRefusedError: _said(HTTPStatus.BAD_REQUEST, "error.sign_in"),
        ProviderUnavailableError: _no_issuer,
        RequestValidationError: _said(HTTPStatus.NOT_FOUND, "error.not_found"),
        HTTPException: _of_framework,
    }.items():
        app.add_exception_handler(error, handler)


def _said(status: int, code: str) -> Handler:
    async def answer(request: Request, _: Exception) -> Response:
        return (await asking(request)).page("error.html", status, code=code, detail="")

    return answer


async def _left_program(request: Request, _: Exception) -> Response:
    """What a firm that left can still do, instead of what it cannot."""
    return (await asking(request)).page("left_program.html", HTTPStatus.GONE)


async def _no_issuer(request: Request, _: Exception) -> Response:
    """As to nobody: who it is, cannot be asked now."""
    return asked_as(request, None).page("error.html", HTTPStatus.SERVICE_UNAVAILABLE, code="error.issuer", detail="")


async def _to_sign_in(request: Request, _: Exception) -> Response:
    """Back to the page that was asked for; a form that came too late is not sent again by itself."""
    if "hx-request" in request.headers:
        # A script would follow to the issuer, and be refused there.
        return asked_as(request, None).page(
            "error.html", HTTPStatus.UNAUTHORIZED, code="error.sign_in_again", detail=""
        )
    back = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    where = back if request.method == "GET" else "/"
    return RedirectResponse(f"/sign-in?{urlencode({'back': where})}", HTTPStatus.SEE_OTHER)


async def _of_stage(request: Request, error: Exception) -> Response:
    """What a stage says where the page has no better place for it."""
    if not isinstance(error, StageProblem):
        raise error
    asked = await asking(request)
    status = error.status if error.status != HTTPStatus.UNAUTHORIZED else HTTPStatus.FORBIDDEN
    return asked.page("error.html", status, code="", detail=said(error, asked.words))


async def _of_form(request: Request, error: Exception) -> Response:
    if not isinstance(error, Problem):
        raise error
    asked = await asking(request)
    answer = asked.page(
        "error.html", error.status, code=error.message, detail=asked.words(error.message, **error.params)
    )
    answer.headers.update(error.headers or {})
    return answer


async def _of_framework(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == HTTPStatus.NOT_FOUND and not _is_browser(request):
        return Problem(HTTPStatus.NOT_FOUND, "route_unknown").response()
    code = OF_FRAMEWORK.get(error.status_code, "body_unreadable")
    return (await asking(request)).page("error.html", error.status_code, code=code, detail="")


def _is_browser(request: Request) -> bool:
    """Programs that ask for an address of no API get what every API answers."""
    return "text/html" in request.headers.get("accept", "") or "hx-request" in request.headers


def _failed(request: Request, problem: Problem) -> Response:
    """As to nobody: who it is, may be what cannot be found out."""
    code = PAGES.get(problem.message, problem.message)
    return asked_as(request, None).page("error.html", problem.status, code=code, detail="")
