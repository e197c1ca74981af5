"""Every form of every page, refused field by field: the page calls each as its form does, and none as a stage does."""

import json
import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

import httpx

from services.portal.domain.profile_fields import LISTS
from services.portal.views.labels import labels_of
from shared.service.callers import Role
from tests.http.services import openapi_of
from tests.portal.conftest import Visitors
from tests.portal.filled_in import (
    HIDDEN,
    OTHERWISE,
    Forms,
    answered,
    operations,
    person,
    route_of,
    sending,
    typed,
)
from tests.portal.walks import FORMS, SHOWN, _of, _roles, filled

__all__ = ["filled"]

NO_PAGE = {
    "/sign-out": "ends the session",
    "/work/visits/{supplier_id}/offline/{question}": "a script is told, which says it at the question",
    "/register/{part}": "kept here",
    **dict.fromkeys(
        (f"/register/{name}{removal}" for name in LISTS for removal in ("", "/{number}/removal")), "kept here"
    ),
    "/register/rfc": "a script asks while somebody types: nothing is said until it is well formed",
    "/operations/dead-letters": "lists and filters go to several services, each with its own answer",
}
WRONG = "Zyx"
DEEPEST = 4


def fields(schema: Mapping[str, Any], definitions: Mapping[str, Any], depth: int = 0) -> Iterator[str]:
    """What a body may have, as a stage names it."""
    if depth > DEEPEST:
        return
    if "$ref" in schema:
        yield from fields(definitions[schema["$ref"].rpartition("/")[2]], definitions, depth)
    for each in schema.get("anyOf", ()):
        yield from fields(each, definitions, depth)
    for name, inner in schema.get("properties", {}).items():
        yield name
        yield from (f"{name}.{more}" for more in fields(inner, definitions, depth + 1))
    if "items" in schema or "prefixItems" in schema:
        yield "0"
        yield from (f"0.{more}" for more in fields(schema.get("items") or {}, definitions, depth + 1))


def taken(request: httpx.Request) -> list[str]:
    """The fields that its stage takes with it."""
    stage = request.url.host.removesuffix(".test")
    [operation, *_] = (
        operation
        for path, method, operation in operations(stage)
        if path.fullmatch(request.url.path) and method == request.method.lower()
    )
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    definitions = openapi_of(stage)["components"]["schemas"]
    return [*dict.fromkeys(fields(content.get("schema", {}), definitions))]


def refuse(portal: Visitors, request: httpx.Request, names: list[str]) -> None:
    """As a stage does it that finds something wrong with each field, and with a header."""
    errors = [{"field": f"body.{name}", "problem": f"{WRONG} {name.count('.')}."} for name in names]
    errors.append({"field": "header.if-match", "problem": f"{WRONG} header."})
    told = {"title": "invalid_request", "detail": f"The field body.{names[0]} is not valid.", "errors": errors}
    key = (request.method, request.url.host, request.url.path)
    portal.others.refused = {key: httpx.Response(422, json=told)}


def faults(page: str, names: list[str]) -> Iterator[str]:
    """What such a page does not say as it should."""
    seen = unescape(re.sub(r"<[^>]+>", " ", page.partition("<main")[2]))
    yield from (f"{name} is shown" for name in ("body.", *(each for each in names if "_" in each)) if name in seen)
    summary = page.partition('class="error-summary"')[2].partition("</div>")[0]
    if not summary:
        yield "no summary"
    for target, text in re.findall(r'<a href="([^"]*)">(.*?)</a>', summary, re.DOTALL):
        if target.startswith("#") and f'id="{target[1:]}"' not in page:
            yield f"{target} is nowhere"
        if text.strip().startswith(WRONG):
            yield f"{target} has no name"
    yield from (f"bare: {text}" for text in re.findall(rf"<li>\s*{WRONG}[^<]*", summary))


def _given(path: str) -> dict[str, Any]:
    return {name: typed(name) for name in ("version", "key")} | HIDDEN[path]


async def test_every_form_that_is_refused_calls_its_fields_as_the_page_does(filled: Visitors) -> None:
    """Seen: "The field body.reason is not valid"."""
    answered(filled)
    wrong: dict[str, list[str]] = {}
    for action, role, given in [each async for each in _forms(filled)]:
        browser = await person(filled, role)
        filled.others.refused = {}
        sent = await sending(filled, browser, action, given)
        names = taken(sent[0]) if sent else []
        if not names:
            continue
        refuse(filled, sent[0], names)
        answer = await browser.post(action, {name: value for name, value in given.items() if name != "token"})
        found = [*faults(answer.text, names)] + ([] if answer.status_code == 422 else [str(answer.status_code)])
        if found:
            wrong[action] = found
    assert not wrong, json.dumps(wrong, indent=1)


async def _forms(filled: Visitors) -> Any:
    for page, roles in SHOWN:
        role = min(roles) if roles else Role.SUPPLIER
        filled.others.refused = {}
        for form in Forms((await (await person(filled, role)).get(_of(page))).text).found:
            route = route_of(form.action)
            if route is not None and route.path not in NO_PAGE:
                yield _of(route.path), role, form.fields | OTHERWISE.get(route.path, {})
    for path in HIDDEN.keys() - NO_PAGE.keys():
        route = next(route for known, route in FORMS if known == path)
        yield _of(path), min(_roles(route) or {Role.SUPPLIER}), _given(path)


def test_a_field_is_called_by_its_label_its_group_or_its_name_for_readers() -> None:
    page = """<label for="a">The <span lang="es">first</span> one (opcional)</label><input id="a">
    <fieldset id="b"><legend>A <b>group</b></legend><input type="radio" id="b-1"><label for="b-1">1</label></fieldset>
    <select id="c" aria-labelledby="q"></select><span id="q">Asked <span>so</span></span>
    <input name="d" aria-label="Fourth">"""
    found = labels_of(page, "(opcional)")
    assert found == {"a": "The first one", "b": "A group", "b-1": "1", "c": "Asked so", "d": "Fourth"}
