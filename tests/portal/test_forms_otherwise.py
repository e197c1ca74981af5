"""Every form of every page, sent as no page of ours sends it: what is wrong is said, and nothing fails."""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import httpx
import pytest
from starlette.datastructures import FormData

from services.portal.api.form_body import is_well_formed
from shared.service.callers import Role
from tests.portal import filled_in as walk
from tests.portal.conftest import Browser, Visitors
from tests.portal.walks import FORMS, SHOWN, _of, _roles, filled

__all__ = ["filled"]

Fields = Mapping[str, list[str]]
EXTREMES = (" ", "1e999999", "NaN", "٣", "9" * 5_000, "\x00")
"""Typed into every field: numbers, and what some take for one."""
BREAKS = (500, 501, 502, 504)


async def _forms(portal: Visitors) -> AsyncIterator[tuple[Browser, str, Fields]]:
    """Each form once, by whoever has it, filled in as its stage takes it."""
    walk.answered(portal)
    seen: set[str] = set()
    for page, roles in SHOWN:
        browser = await walk.person(portal, min(roles) if roles else Role.SUPPLIER)
        for form in walk.Forms((await browser.get(_of(page))).text).found:
            route = walk.route_of(form.action)
            if route is None or route.path in {*seen, "/sign-out"}:
                continue
            seen.add(route.path)
            given = form.fields | walk.OTHERWISE.get(route.path, {})
            yield browser, form.action, {name: values for name, values in given.items() if name != "token"}
    for path, fields in walk.HIDDEN.items():
        if path not in seen:
            route = next(route for known, route in FORMS if known == path)
            browser = await walk.person(portal, min(_roles(route) or {Role.SUPPLIER}))
            given = {name: [typed] if isinstance(typed, str) else typed for name, typed in fields.items()}
            yield browser, _of(path), given | {name: [walk.typed(name)] for name in ("version", "key")}


def _some(fields: Fields) -> Iterator[str]:
    """Each field that a stage is told; of a group, as of the questions of a questionnaire, the first."""
    groups = set[str]()
    for name in fields.keys() - {"version", "key"}:
        if (group := name.partition(".")[0]) not in groups:
            groups.add(group)
            yield name


def _otherwise(fields: Fields) -> Iterator[dict[str, list[str]]]:
    yield {}
    yield {name: values * 2 for name, values in fields.items()}
    yield {name: values if name in ("version", "key", "currency") else [""] for name, values in fields.items()}
    for value in EXTREMES:
        yield {name: values if name in ("version", "key", "currency") else [value] for name, values in fields.items()}
    for name in _some(fields):
        group = name.partition(".")[0]
        outside = {known: values for known, values in fields.items() if known.partition(".")[0] != group}
        within = {known: values for known, values in fields.items() if known not in outside}
        yield {known: values for known, values in fields.items() if known != name}
        # A group instead of a value, a value instead of a group, and both.
        yield {**outside, **{f"{known}.x": values for known, values in within.items()}}
        if group != name:
            yield {**outside, group: ["x"]}
    yield {**fields, **{f"{name}.x": ["x"] for name in fields}}


async def test_a_form_that_is_otherwise_is_told_so(filled: Visitors) -> None:
    wrong: list[tuple[str, str, int]] = []
    tried = 0
    async for browser, action, fields in _forms(filled):
        tried += 1
        for given in _otherwise(fields):
            answer = await browser.post(action, given)
            if answer.status_code in BREAKS:
                wrong.append((action, str(given)[:200], answer.status_code))
    assert not wrong, wrong
    assert tried > len(FORMS) / 2


@pytest.mark.parametrize(
    "names",
    [["x", "x.y"], ["x.y", "x.y.z"], [".".join("x" * 8_000)], [""], ["x..y"], [".x"], ["x."], ["é"], ["x" * 101]],
)
def test_no_form_has_such_fields(names: list[str]) -> None:
    assert not is_well_formed(FormData([(name, "") for name in names]))
    assert is_well_formed(FormData([("x.y", ""), ("x.z", ""), ("x.y", ""), ("z", "")]))


@pytest.mark.parametrize("token", ["é", "", "x" * 60_000, "\x00", "a" * 16 + "ñ" * 64, "🙂"])
async def test_no_text_is_a_token(portal: Visitors, token: str) -> None:
    browser = await portal.signed_in("operator")
    for name, given in (("token", token), ("version", "é\r\n")):
        answer = await browser.post("/sign-out", {name: given})
        assert (answer.status_code, "X-A" in answer.headers) == (403, False)


async def _multipart(browser: Browser, files: Any) -> httpx.Response:
    return await browser.upload("/imports/suppliers", files, {"key": "0123456789abcdef"})


async def test_a_file_s_name_is_cut_or_said_to_be_too_long(filled: Visitors) -> None:
    filled.others.answer("registration", "/suppliers/imports", {"id": "x"}, 202)
    browser = await filled.signed_in("operator", language="en")
    assert (await _multipart(browser, {"file": ("é" * 300 + ".csv", b"a")})).status_code == 303
    sent = filled.others.asked[-1].content
    assert (b".csv" in sent, len(sent) < 2_000) == (True, True)
    answer = await _multipart(browser, {"file": ("x" * 5_000 + ".csv", b"a")})
    assert (answer.status_code, "at most 1,000 characters" in answer.text) == (400, True)
