"""One consent of a firm, with the exact text that it was given to: what shows who agreed to which words."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.portal.api.asking import Anybody
from services.portal.api.my_firm import Own


def router() -> APIRouter:
    pages = APIRouter(prefix="/my-firm/money/consents")

    @pages.get("/{consent_id}")
    async def show_consent(asked: Anybody, firm: Own, consent_id: UUID) -> Response:
        """The text of a consent as it was shown, who gave it, when and how, and its fingerprint."""
        proof = (await asked.ask("financing", f"/consents/{consent_id}/text")).body
        mine = asked.person is not None and proof["given_by"] == asked.person.subject
        return asked.page("my_consent_text.html", firm=firm, proof=proof, mine=mine)

    return pages
