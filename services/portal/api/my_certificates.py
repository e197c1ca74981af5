"""The files that show a firm's certificates."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Response

from services.portal.api.asking import Anybody, Asking, File, see
from services.portal.api.attachments import ACCEPTS, give
from services.portal.api.forms import Trouble, trouble
from services.portal.api.my_firm import STAYING
from services.portal.api.my_profile import Mine
from services.portal.domain.profile_form import body_of, typed_of
from services.portal.domain.scope import OwnFirm
from services.portal.stages import StageProblem

CERTIFICATES = "/my-firm/certificates"


def router() -> APIRouter:
    pages = APIRouter(prefix=CERTIFICATES)

    @pages.get("", dependencies=[STAYING])
    async def show_certificates(asked: Anybody, mine: Mine) -> Response:
        """Each with the file that shows it."""
        return await _page(asked, mine)

    @pages.post("")
    async def give_certificate(asked: Anybody, mine: Mine, form: File) -> Response:
        """Give the file of one of them, as the profile was seen."""
        chosen, version = str(form.get("certificate", "")), str(form.get("version", ""))
        path = f"/suppliers/{mine.supplier_id}"
        try:
            profile = body_of(typed_of((await asked.ask("registration", path)).body))
            kept = await give(asked, "registration", mine.supplier_id, form)
            for number, each in enumerate(profile["offering"].get("certificates", ())):
                if str(number) == chosen:
                    each["sha256"] = kept["sha256"]
            await asked.send("registration", "PUT", path, profile, version=version)
        except StageProblem as error:
            return await _page(asked, mine, trouble(error, asked.words), {"certificate": chosen}, error.status)
        return see(CERTIFICATES)

    return pages


async def _page(
    asked: Asking,
    mine: OwnFirm,
    problem: Trouble | None = None,
    given: dict[str, str] | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    path = f"/suppliers/{mine.supplier_id}"
    present = await asked.ask("registration", path)
    certificates: list[dict[str, Any]] = present.body["offering"].get("certificates", [])
    found = await asked.ask("registration", f"{path}/attachments", limit=200)
    files = {each["sha256"]: each for each in found.body["items"] if not each["erased"]}
    return asked.page(
        "my_certificates.html",
        status,
        certificates=[(each, files.get(each.get("sha256"))) for each in certificates],
        supplier_id=mine.supplier_id,
        version=present.etag or "",
        accepts=ACCEPTS,
        problem=problem,
        typed=given or {},
    )
