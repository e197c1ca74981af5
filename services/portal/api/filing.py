"""Any page as a file: `?as=csv`, `xlsx` or `pdf`. The page is asked as its reader asks it, with all the pages that its
list goes on with, and what it says is written: nobody gets in a file what no page shows them.
"""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.portal.api.asking import GOES_ON
from services.portal.views.document import Document
from services.portal.views.files import FORMATS
from services.portal.views.reading import read
from services.portal.views.words import Words
from shared.days import day_of
from shared.runtime.clock import now

AS = "as"
AT_ONCE = {"csv": 2, "xlsx": 2, "pdf": 1}
"""Files that are written at the same time: each takes a processor for a second, a PDF 300 MB beside it."""
MOST_PAGES = {"csv": 400, "xlsx": 400, "pdf": 20}
"""Of all lists of a page in one file; a list that ends there says so."""
LONGEST_NAME = 80


class Filing:
    """Around all pages, within what compresses them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._at_once = {format_: asyncio.Semaphore(most) for format_, most in AT_ONCE.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        format_ = _wanted(scope)
        if format_ is None:
            await self._app(scope, receive, send)
            return
        page = await self._page(scope, receive, scope["query_string"].decode("latin-1"), send)
        if page is None:
            return
        async with self._at_once[format_]:
            document = read(page)
            await self._go_on(scope, receive, document, MOST_PAGES[format_])
            file = await asyncio.to_thread(FORMATS[format_].write, document)
        headers = _headers(scope["path"], format_)
        await Response(file, media_type=FORMATS[format_].media_type, headers=headers)(scope, receive, send)

    async def _go_on(self, scope: Scope, receive: Receive, document: Document, most: int) -> None:
        """With the rest of each table and list, one after the other. What does not fit, or does not come, is told."""
        pages = 1
        going_on = {**scope, "state": {**scope.get("state", {}), GOES_ON: True}}
        for part, address in document.following:
            following: str | None = address
            while following is not None and pages < most:
                page = await self._page(going_on, receive, urlsplit(following).query)
                more = Document() if page is None else read(page)
                pages += 1
                if part not in more.counts:
                    break
                document.extend(more, part)
                following = dict(more.following).get(part)
            if following is not None:
                document.end(part, Words(document.language)("files.more", count=document.counts[part]))

    async def _page(self, scope: Scope, receive: Receive, query: str, send: Send | None = None) -> str | None:
        """A page's HTML; None of whatever is no page, and of what nobody signed in asks for, which goes on to `send` as
        it comes.
        """
        state = dict(scope.get("state", {}))
        answer = _Answer(send, state)
        kept = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name != AS]
        await self._app({**scope, "query_string": urlencode(kept).encode(), "state": state}, receive, answer)
        return answer.page


class _Answer:
    """Keeps a page; sends on anything else at once, as a stream that does not end."""

    def __init__(self, send: Send | None, state: Mapping[str, object]) -> None:
        self._send = send
        self._state = state
        self._is_page = False
        self._parts: list[bytes] = []

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers: Mapping[bytes, bytes] = dict(message["headers"])
            is_html = headers.get(b"content-type", b"").startswith(b"text/html")
            # A file costs a second of a processor: nobody spends it namelessly.
            self._is_page = message["status"] == HTTPStatus.OK and is_html and "subject" in self._state
        if self._is_page:
            self._parts.append(message.get("body", b""))
        elif self._send is not None:
            await self._send(message)

    @property
    def page(self) -> str | None:
        return b"".join(self._parts).decode() if self._is_page else None


def _wanted(scope: Scope) -> str | None:
    """The format that is asked for."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return None
    query = parse_qsl(scope["query_string"].decode("latin-1"))
    return next((value for name, value in query if name == AS and value in FORMATS), None)


def _headers(path: str, format_: str) -> dict[str, str]:
    name = "-".join(part for part in path.split("/") if part) or "portal"
    plain = "".join(each for each in name if each.isascii() and (each.isalnum() or each == "-"))
    file = f"{plain[:LONGEST_NAME]}-{day_of(now())}.{format_}"
    return {"Content-Disposition": f'attachment; filename="{file}"', "Cache-Control": "no-store"}
