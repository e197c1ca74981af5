"""Which anchors know who a firm is; of a natural person those that it consents to, with the words that were shown."""

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.portal.api.asking import Anybody, Asking, Form, see
from services.portal.api.forms import Trouble, id_of, trouble, typed
from services.portal.api.my_firm import STAYING, Own
from services.portal.domain.firm import Firm
from services.portal.stages import StageProblem
from services.portal.store import demand
from shared.runtime.ids import new_id, text_of

INTRODUCTIONS = "/my-firm/introductions"
EVERYBODY = "all"
Short = Annotated[str, Query(max_length=60)]


def router() -> APIRouter:
    pages = APIRouter(prefix=INTRODUCTIONS)

    @pages.get("")
    async def show_introductions(asked: Anybody, firm: Own, to: Short = "") -> Response:
        """Who knows it, what it consented to, and the words for whom it chose."""
        return await _page(asked, firm, to)

    @pages.post("", dependencies=[STAYING])
    async def consent_to_introduction(asked: Anybody, firm: Own, form: Form) -> Response:
        """Consent to the words that were shown, which their hash names."""
        to = str(form.get("to", ""))
        given = {"text_sha256": str(form.get("text_sha256", "")), "channel": "portal", **_anchor(to)}
        path, key = f"/suppliers/{firm.id}/introductions", str(form.get("key", ""))
        try:
            done = await asked.send("registration", "POST", path, given, key=key)
        except StageProblem as error:
            return await _page(asked, firm, to, trouble(error, asked.words), typed(form), error.status)
        await asked.arrived(done)
        return see(INTRODUCTIONS)

    @pages.post("/{consent_id}/revocation")
    async def revoke_introduction(asked: Anybody, firm: Own, consent_id: UUID, _: Form) -> Response:
        """Take it back, whatever it says by now."""
        path = f"/suppliers/{firm.id}/introductions/{consent_id}/revocation"
        try:
            done = await asked.send("registration", "POST", path, version="*")
        except StageProblem as error:
            return await _page(asked, firm, "", trouble(error, asked.words), status=error.status)
        await asked.arrived(done)
        return see(INTRODUCTIONS)

    return pages


async def _page(
    asked: Asking,
    firm: Firm,
    to: str,
    problem: Trouble | None = None,
    given: dict[str, str] | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    natural = firm.profile is not None and firm.profile.kind == "natural"
    async with asked.portal.database.connection() as connection:
        anchors = await demand.all_anchors(connection)
    consents = await asked.beside("registration", f"/suppliers/{firm.id}/introductions", limit=200) if natural else None
    chosen = to == EVERYBODY or id_of(to) in anchors
    text = await _text(asked, to) if natural and chosen and firm.withdrawn is None else None
    return asked.page(
        "my_introductions.html",
        status,
        firm=firm,
        natural=natural,
        known_by=sorted(anchors[id_].name for id_ in firm.known_by if id_ in anchors),
        anchors={str(id_): anchor for id_, anchor in anchors.items()},
        consents=None if consents is None else consents.body["items"],
        text=text,
        to=to if chosen else "",
        key=text_of(new_id()),
        problem=problem,
        typed=given or {},
    )


async def _text(asked: Asking, to: str) -> Any:  # noqa: ANN401 - JSON
    shown = await asked.beside("registration", "/introduction-texts", lang=asked.language, **_anchor(to))
    return None if shown is None else shown.body


def _anchor(to: str) -> dict[str, str]:
    return {} if to == EVERYBODY else {"anchor_id": str(id_of(to))}
