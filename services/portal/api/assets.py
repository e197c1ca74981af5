"""Files that browsers keep."""

from pathlib import PurePath

from fastapi import APIRouter, HTTPException, Response

from services.portal.views import assets


def router() -> APIRouter:
    pages = APIRouter()

    @pages.get("/static/{digest}/{name}")
    async def asset(digest: str, name: str) -> Response:
        if name not in assets.ASSETS or assets.address(name) != f"/static/{digest}/{name}":
            raise HTTPException(404)
        kind = assets.TYPES[PurePath(name).suffix]
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        return Response(assets.content(name), media_type=kind, headers=headers)

    return pages
