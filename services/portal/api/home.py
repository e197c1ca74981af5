"""What everybody may read."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from services.portal.api.asking import LANGUAGE, Anybody, see
from services.portal.api.register import NOTICE
from shared.i18n import Language
from shared.messaging.topics import REFERRAL, partner_topics

Back = Annotated[str, Query(max_length=2_000)]


def router() -> APIRouter:
    pages = APIRouter()

    @pages.get("/")
    async def home(asked: Anybody) -> Response:
        """What the program is, and where to go on."""
        return asked.page("home.html")

    @pages.get("/privacy")
    async def privacy(asked: Anybody) -> Response:
        """The privacy notice (LFPDPPP, article 15), in its version."""
        days = {
            "answers": partner_topics("any").answers.gone_after_days,
            "between_services": REFERRAL.gone_after_days,
        }
        return asked.page("privacy.html", notice=NOTICE, controller=asked.portal.controller, days=days)

    @pages.get("/language/{language}")
    async def speak(
        language: Annotated[Language, Path()], back: Annotated[str, Query(max_length=2_000)] = "/"
    ) -> Response:
        """Have the pages in this language from now on."""
        answer = see(back)
        answer.set_cookie(LANGUAGE, language, max_age=31_536_000, path="/", secure=True, httponly=True, samesite="lax")
        return answer

    return pages
