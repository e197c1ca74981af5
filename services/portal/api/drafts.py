"""A registration that somebody types, page by page, before anybody knows who they are."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from fastapi.responses import HTMLResponse, RedirectResponse

from services.portal.api.asking import Asking, forget, keep
from services.portal.domain.profile_fields import LISTS
from services.portal.domain.profile_form import Item, Typed
from services.portal.identity.cookie import Cookie
from services.portal.store import drafts
from shared.runtime.clock import now
from shared.service.http import Problem

DRAFT = "__Host-draft"
"""Until the browser is closed: an office may have one computer for several people."""
MOST_BYTES = 65_536
"""Of all that is typed: more than a firm has that says everything of every area."""
KEPT = timedelta(hours=24)
"""As long as the code of a registration counts."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed, and the cookie that opens it."""

    cookie: Cookie
    typed: Typed

    def key(self, body: object) -> str:
        """Under which registration takes this once, however often it is sent."""
        said = json.dumps(body, sort_keys=True).encode()
        return hashlib.sha256(self.cookie.id + said).hexdigest()


async def draft_of(asked: Asking) -> Draft:
    """What this browser typed so far; an empty one where that is nothing."""
    cookie = _cookie(asked)
    async with asked.portal.database.connection() as connection:
        sealed = await drafts.find(connection, cookie.id, now())
    return Draft(cookie, _opened(cookie, sealed))


async def add(asked: Asking, change: Callable[[Typed], Typed]) -> Draft:
    """Keep what is typed now with what was typed before. Raises Problem where that is more than a registration has."""
    cookie, at = _cookie(asked), now()
    async with asked.portal.database.connection() as connection:
        known = await drafts.find(connection, cookie.id, at)
    if known is None:
        await asked.portal.drafts(asked.request)
    async with asked.portal.database.transaction() as connection:
        sealed = await drafts.find(connection, cookie.id, at, lock=True)
        draft = Draft(cookie, change(_opened(cookie, sealed)))
        kept = json.dumps(_kept(draft.typed), ensure_ascii=False).encode()
        if len(kept) > MOST_BYTES:
            raise Problem(413, "draft_full")
        await drafts.write(connection, cookie.id, cookie.seal(kept), at + KEPT)
    return draft


async def end(asked: Asking, answer: HTMLResponse | RedirectResponse) -> None:
    """It was sent, or another person comes: forget it here and in the browser."""
    cookie = Cookie.of(asked.request.cookies.get(DRAFT))
    if cookie is not None:
        async with asked.portal.database.connection() as connection:
            await drafts.forget(connection, cookie.id)
    forget(answer, DRAFT)


def remember(answer: RedirectResponse, draft: Draft) -> None:
    """Have the browser keep what opens it."""
    keep(answer, DRAFT, draft.cookie)


def _cookie(asked: Asking) -> Cookie:
    return Cookie.of(asked.request.cookies.get(DRAFT)) or Cookie.new()


def _opened(cookie: Cookie, sealed: bytes | None) -> Typed:
    kept = None if sealed is None else cookie.unseal(sealed)
    if kept is None:
        return Typed()
    found = json.loads(kept)
    return Typed(found["fields"], {name: tuple(found.get(name, ())) for name in LISTS})


def _kept(typed: Typed) -> dict[str, object]:
    """Without what was left empty."""
    lists = {name: [_said(each) for each in typed.of(name)] for name in LISTS if typed.of(name)}
    return {"fields": _said(typed.fields), **lists}


def _said(item: Item) -> dict[str, str]:
    return {name: text for name, text in item.items() if text}
