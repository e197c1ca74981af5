"""What everybody may read."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from services.portal.api.asking import LANGUAGE, Anybody, see
from services.portal.api.register import NOTICE
from shared.i18n import Language

Back = Annotated[str, Query(max_length=2_000)]


def router() -> APIRouter:
    pages = APIRouter()

    @pages.get("/")
    async def home(asked: Anybody) -> Response:
        return asked.page("home.html")

    @pages.get("/privacy")
    async def privacy(asked: Anybody) -> Response:
        return asked.page("privacy.html", notice=NOTICE)

    @pages.get("/language/{language}")
    async def speak(
        language: Annotated[Language, Path()], back: Annotated[str, Query(max_length=2_000)] = "/"
    ) -> Response:
        answer = see(back)
        answer.set_cookie(LANGUAGE, language, max_age=31_536_000, path="/", secure=True, httponly=True, samesite="lax")
        return answer

    return pages
