"""Everything that the program holds about a firm, as one file, and what its people may ask for (ARCO)."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from io import BytesIO
from typing import Any, Final, Literal
from zipfile import ZIP_DEFLATED, ZipFile

from fastapi import APIRouter, Response

from services.portal.api.asking import Anybody, Asking
from services.portal.api.my_firm import Own
from services.portal.api.telling import told
from services.portal.domain.firm import Firm
from services.portal.domain.scope import OwnFirm
from services.portal.domain.subscription import id_of
from services.portal.stages import StageProblem
from services.portal.store import subscriptions

AUDIT: Final = "/suppliers/{id}/audit"
"""Who looked at what is held, and changed it."""
HELD: Final[dict[str, tuple[str, ...]]] = {
    "registration": ("/suppliers/{id}", "/suppliers/{id}/people", AUDIT),
    "matching": ("/suppliers/{id}/alignment", "/suppliers/{id}/matches", AUDIT),
    "diagnosis": (
        "/diagnoses/{id}",
        "/diagnoses/{id}/draft",
        "/diagnoses/{id}/gaps",
        "/diagnoses/{id}/versions",
        AUDIT,
    ),
    "development": ("/plans/{id}", "/plans/{id}/past", AUDIT),
    "financing": ("/cases/{id}", "/cases/{id}/papers", AUDIT),
}
"""By stage, what it shows a firm's people of their firm."""
MOST_PAGES = 50
"""Of one list."""


def router() -> APIRouter:
    pages = APIRouter(prefix="/my-firm/data")

    @pages.get("")
    async def show_rights(asked: Anybody, firm: Own) -> Response:
        """What is held where, what somebody may ask for, and where."""
        return asked.page("my_data.html", firm=firm, stages=tuple(HELD))

    @pages.get("/file")
    async def give_file(asked: Anybody, firm: Own, form: Literal["json", "zip"] = "json") -> Response:
        """All of it, as one JSON document or as one file of each stage."""
        found = await asyncio.gather(*(_held(asked, stage, firm) for stage in HELD))
        held = dict(zip(HELD, found, strict=True)) | {"portal": await _story(asked, firm)}
        name = f"pdp-{firm.profile.folio if firm.profile else firm.id}.{form}"
        content = _zipped(held) if form == "zip" else _written(held)
        media = "application/zip" if form == "zip" else "application/json"
        return Response(content, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})

    return pages


async def _held(asked: Asking, stage: str, firm: Firm) -> dict[str, Any]:
    found = await asyncio.gather(*(_shown(asked, stage, path.format(id=firm.id)) for path in HELD[stage]))
    return dict(zip(HELD[stage], found, strict=True))


async def _shown(asked: Asking, stage: str, path: str) -> Any:  # noqa: ANN401 - JSON
    """What a stage shows, every page of a list; where it refuses, that it does: nothing is missing in silence."""
    try:
        body = (await asked.ask(stage, path)).body
        pages = 1
        while isinstance(body, dict) and body.get("next") and pages < MOST_PAGES:
            more = (await asked.ask(stage, path, after=body["next"])).body
            body, pages = {"items": [*body["items"], *more["items"]], "next": more["next"]}, pages + 1
    except StageProblem as error:
        return {"not_shown": error.code, "status": error.status}
    return body


async def _story(asked: Asking, firm: Firm) -> dict[str, Any]:
    """What the portal itself holds: its read model, and the story."""
    async with asked.portal.database.connection() as connection:
        story = await told(connection, OwnFirm(firm.id), firm.id, None, None)
        entries = list(story.entries)
        while story.last is not None:
            story = await told(connection, OwnFirm(firm.id), firm.id, story.last.at, story.last.event_id)
            entries += story.entries
    return {"firm": asdict(firm), "story": [asdict(entry) for entry in entries], "news": await _news(asked)}


async def _news(asked: Asking) -> dict[str, Any] | None:
    """What whoever asks for the file is told by mail; nobody else's, nor what opens it."""
    if asked.person is None:
        return None
    async with asked.portal.database.connection() as connection:
        mine = await subscriptions.subscription(connection, id_of(asked.person.subject))
    return None if mine is None else asdict(replace(mine, code=None, stop=""))


def _written(held: Mapping[str, Any]) -> bytes:
    return json.dumps(held, ensure_ascii=False, indent=1, default=str).encode()


def _zipped(held: Mapping[str, Any]) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for stage, content in held.items():
            archive.writestr(f"{stage}.json", _written({stage: content}))
    return buffer.getvalue()
