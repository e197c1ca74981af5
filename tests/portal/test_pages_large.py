"""No page grows without a bound by what somebody types, or by how much there is: stages answer as much as they may.
Pages of a draft are in test_register.py.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx
import pytest

from services.portal.domain.profile_fields import PROCESSES
from shared.service.schema_examples import example_of
from tests.diagnosis.builders import INSTRUMENT
from tests.http.services import STAGES, openapi_of
from tests.portal import scripted, walks
from tests.portal.conftest import Visitors
from tests.portal.walks import IDS, SHOWN, filled

__all__ = ["filled"]

PAGE_BYTES = 300_000
WIDE = '"'
"""Five bytes of HTML each."""
NARROW = "x"
"""An address has no others."""
MOST: Mapping[str, int] = {PROCESSES: 35, "materials": 20, "special_processes": 10}
"""Of what registration takes, which its schema leaves to its rules."""
LONGEST: Mapping[str, int] = {"materials": 60, "code": 10, "area": 10, "rfc": 13, "scian": 6, "state": 2, "question": 3}
CATALOGUES = {"/instrument", "/areas", "/modules"}
"""Nobody types them."""


def largest(schema: Any, known: Any, name: str = "") -> Any:
    """The largest that a schema accepts. A text whose form it tells is an example."""
    if "$ref" in schema:
        return largest(known[schema["$ref"].rpartition("/")[2]], known, name)
    if "anyOf" in schema:
        return largest(schema["anyOf"][0], known, name)
    match schema.get("type"):
        case "object" if "properties" in schema:
            return {each: largest(inner, known, each) for each, inner in schema["properties"].items()}
        case "array" if "items" in schema:
            one = largest(schema["items"], known, name)
            return [one] * min(MOST.get(name, 200), schema.get("maxItems", 1))
        case "string" if not {"format", "pattern", "enum", "const", "examples"} & schema.keys():
            wide = NARROW if name == "email" else WIDE
            return wide * LONGEST.get(name, schema.get("maxLength", 20))
    return example_of(schema, known, name)


Answers = Callable[[Any, httpx.Request], Awaitable[httpx.Response]]


def _as_asked(answering: Answers) -> Answers:
    """Of a list no more rows than the page asks for; of gaps one for each question."""

    async def answer(others: Any, request: httpx.Request) -> httpx.Response:
        found = await answering(others, request)
        body = found.json()
        if not isinstance(body, dict) or "items" not in body:
            return found
        most = int(request.url.params.get("limit", 50))
        rows = body["items"][: min(most, len(INSTRUMENT.questions)) if request.url.path.endswith("/gaps") else most]
        return httpx.Response(found.status_code, json=body | {"items": rows})

    return answer


async def test_no_page_is_large(filled: Visitors, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = type(filled.others)
    monkeypatch.setattr(kind, "__call__", _as_asked(kind.__call__))
    for stage in STAGES:
        document = openapi_of(stage)
        for path, methods in document["paths"].items():
            shown = methods.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
            if "application/json" in shown and scripted._names(path) <= IDS.keys() and path not in CATALOGUES:
                body = largest(shown["application/json"]["schema"], document["components"]["schemas"])
                filled.others.answer(stage, path.format(**IDS), scripted._as_shown(body), ETag=scripted.ETAG)
    sizes = {}
    for page, roles in SHOWN:
        browser = filled.anybody() if roles is None else await walks._with(filled, min(roles))
        sizes[page] = len((await browser.get(walks._of(page))).content)
    assert {page: size for page, size in sizes.items() if size > PAGE_BYTES} == {}
