"""A firm beside others like it, and the operator who publishes what may be told of them."""

from fastapi import APIRouter, Response

from services.portal.api.acting import UNTRIED, Tried, acted
from services.portal.api.asking import Anybody, Asking, Form
from services.portal.api.assignments import Cursor, Operator
from services.portal.api.my_firm import STAYING, Own
from shared.runtime.ids import new_id, text_of


def router() -> APIRouter:
    pages = APIRouter()

    @pages.get("/my-firm/benchmark", dependencies=[STAYING])
    async def show_benchmark(asked: Anybody, firm: Own) -> Response:
        """The firm's dimensions beside quartiles of its areas, its size and its state."""
        found = await asked.beside("diagnosis", f"/diagnoses/{firm.id}/benchmark")
        return asked.page("my_benchmark.html", benchmark=found, names=await asked.areas())

    @pages.get("/benchmarks")
    async def list_publications(asked: Anybody, _: Operator, after: Cursor = "") -> Response:
        """What was published of firms like each other, and when."""
        return await _page(asked, after)

    @pages.post("/benchmarks")
    async def publish(asked: Anybody, _: Operator, form: Form) -> Response:
        """Publish all groups that may be told and are others than before."""
        return await acted(
            asked,
            asked.send("diagnosis", "POST", "/benchmarks", key=str(form.get("key", "")) or None),
            lambda tried: _page(asked, "", tried),
            to="/benchmarks",
            tells=False,
        )

    return pages


async def _page(asked: Asking, after: str, tried: Tried = UNTRIED) -> Response:
    found = await asked.ask("diagnosis", "/benchmarks", **({"after": after} if after else {}))
    return asked.page("benchmarks.html", tried.status, publications=found.body, key=text_of(new_id()), **tried.shown)
