"""A page that fails by a fault of ours: said, counted once, on record, and guarded as any other."""

from http import HTTPStatus

import asyncpg
import pytest
from fastapi import Response
from fastapi.routing import APIRoute
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from services.portal.api.asking import Anybody
from services.portal.api.errors import HEADERS
from tests.portal.conftest import Visitors

PATH = "/fails"
COUNTED = "pdp_http_seconds_count"


def _failing(portal: Visitors, error: Exception) -> None:
    async def fail(_: Anybody) -> Response:
        raise error

    portal.stage.app.router.default.router.routes.insert(0, APIRoute(PATH, fail))  # type: ignore[attr-defined]  # pages


def _counted(status: int) -> float:
    return REGISTRY.get_sample_value(COUNTED, {"method": "GET", "route": PATH, "status": str(status)}) or 0.0


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (ValueError("Juan Pérez"), HTTPStatus.INTERNAL_SERVER_ERROR, "Falló algo nuestro"),
        (OSError("connection refused"), HTTPStatus.SERVICE_UNAVAILABLE, "no puede leer sus datos"),
        (asyncpg.UndefinedColumnError("note"), HTTPStatus.SERVICE_UNAVAILABLE, "no puede leer sus datos"),
        (asyncpg.CharacterNotInRepertoireError("0x00"), HTTPStatus.UNPROCESSABLE_ENTITY, ""),
    ],
)
async def test_a_page_that_fails_is_told_once_and_guarded(
    portal: Visitors, error: Exception, status: HTTPStatus, said: str
) -> None:
    _failing(portal, error)
    browser, before = await portal.signed_in("operator", subject="olga"), _counted(status)
    with capture_logs() as lines:
        answer = await browser.get(PATH)
    assert (answer.status_code, said in answer.text, "Juan" in answer.text) == (status, True, False)
    for name, value in HEADERS:
        assert answer.headers.get_list(name.decode()) == [value.decode()]
    assert answer.headers["cache-control"] == "no-store"
    assert _counted(status) == before + 1
    [told] = [line for line in lines if line["event"] == "http"]
    assert (told["status"], told["route"], told["subject"], told["roles"]) == (status, PATH, "olga", ["operator"])
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["request_failed"] * (status >= 500)
