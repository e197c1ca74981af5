"""Signing in at the issuer, and out."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse

from services.portal.api import drafts
from services.portal.api.asking import SESSION, SIGNING, Anybody, Asking, Form, forget, keep, see
from services.portal.identity.cookie import Cookie
from services.portal.identity.people import SIGN_IN_MINUTES
from services.portal.identity.provider import CALLBACK, SIGNED_OUT, SignInRefusedError

Text = Annotated[str, Query(max_length=4_000)]


def router() -> APIRouter:
    pages = APIRouter()

    @pages.get("/sign-in")
    async def sign_in(asked: Anybody, back: Text = "/", ticket: Text = "") -> Response:
        """To the issuer. `ticket`: a one-time sign-in of one machine. Whoever is signed in says first that they want
        to be somebody else: anybody may have sent them the link.
        """
        if asked.person is not None and ticket:
            return asked.page("sign_in_anew.html", back=back, ticket=ticket)
        await asked.portal.sign_ins(asked.request)
        url, cookie = await asked.portal.people.begin(back, ticket or None)
        answer = RedirectResponse(url, 303)
        keep(answer, SIGNING, cookie, SIGN_IN_MINUTES * 60)
        return answer

    @pages.post("/sign-in")
    async def sign_in_anew(asked: Anybody, form: Form) -> Response:
        """As somebody else: out first, and then as whoever has no session."""
        query = urlencode({name: str(form.get(name, ""))[:4_000] for name in ("back", "ticket")})
        return await _signed_out(asked, f"/sign-in?{query}")

    @pages.get(CALLBACK)
    async def signed_in(asked: Anybody, state: Text = "", code: Text = "", error: Text = "") -> Response:
        """Back from the issuer."""
        if error or not code:
            raise SignInRefusedError
        cookies = asked.request.cookies
        back, session = await asked.portal.people.finish(Cookie.of(cookies.get(SIGNING)), state, code)
        await asked.portal.people.close(Cookie.of(cookies.get(SESSION)))
        answer = see(back)
        await drafts.end(asked, answer)
        keep(answer, SESSION, session)
        forget(answer, SIGNING)
        return answer

    @pages.post("/sign-out")
    async def sign_out(asked: Anybody, _: Form) -> Response:
        """Here, and then at the issuer: by a page of our own, as a form may not lead to another host."""
        return await _signed_out(asked)

    @pages.get(SIGNED_OUT)
    async def signed_out(asked: Anybody) -> Response:
        """Nobody is signed in any more."""
        return asked.page("signed_out.html", onward=None)

    return pages


async def _signed_out(asked: Asking, then: str | None = None) -> Response:
    """Here and at the issuer, and then where the issuer has the browser forgotten, or to the address `then`."""
    onward = None if asked.person is None else await asked.portal.people.leave(asked.person)
    asked.person, onward = None, then or onward
    answer = see(SIGNED_OUT) if onward is None else asked.page("signed_out.html", onward=onward)
    if onward is not None:
        answer.headers["Refresh"] = f"0; url={onward}"
    forget(answer, SESSION)
    # What a visit left in this browser, sent or not: it asks before (portal.js).
    answer.headers["Clear-Site-Data"] = '"storage"'
    await drafts.end(asked, answer)
    return answer
