"""What the issuer answers: tokens, OAuth's errors, a way back to the portal, and pages for whoever has none."""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from shared.i18n import Catalogue, negotiated

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    # A ticket or a code stands in the address.
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
BAD_REQUEST, UNAUTHORIZED, FORBIDDEN = 400, 401, 403

_WORDS = Catalogue("deploy.local.issuer")
_PAGE = """<!doctype html>
<html lang="{language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><h1>{title}</h1><p>{text}</p></html>
"""


def json(content: dict[str, Any], status: int = 200) -> JSONResponse:
    return JSONResponse(content, status, HEADERS)


def refused(error: str) -> JSONResponse:
    """An error of RFC 6749, 5.2."""
    if error != "invalid_client":
        return json({"error": error}, BAD_REQUEST)
    return JSONResponse({"error": error}, UNAUTHORIZED, HEADERS | {"WWW-Authenticate": 'Basic realm="pdp"'})


def back(address: str, **told: str | None) -> RedirectResponse:
    """To an address of the settings, with what is told there."""
    known = urlencode({name: value for name, value in told.items() if value is not None})
    return RedirectResponse(f"{address}?{known}", 302, HEADERS)


def page(request: Request, status: int, code: str) -> HTMLResponse:
    """In the language of the browser."""
    language = negotiated(request.headers.get("Accept-Language"))
    title, text = (escape(_WORDS.text(each, language)) for each in (f"page.{code}.title", f"page.{code}.text"))
    return HTMLResponse(_PAGE.format(language=language, title=title, text=text), status, HEADERS)
