"""Every form of every page makes what its stage really takes: the route, the versions and keys, and the whole body."""

import json
from collections.abc import Sequence

import httpx
import pytest

from shared.service.callers import Role
from tests.http.services import STAGES
from tests.portal.conftest import Visitors
from tests.portal.filled_in import HIDDEN, OTHERWISE, Forms, answered, dropped, faults, person, route_of, sending, typed
from tests.portal.filled_own import OWN
from tests.portal.walks import FORMS, SHOWN, _of, _roles, filled

__all__ = ["filled"]


async def test_every_form_makes_what_its_stage_takes(filled: Visitors) -> None:
    answered(filled)
    walked: set[str] = set()
    wrong: dict[str, list[str]] = {}
    for page, roles in SHOWN:
        browser = await person(filled, min(roles) if roles else Role.SUPPLIER)
        for form in Forms((await browser.get(_of(page))).text).found:
            route = route_of(form.action)
            assert route is not None, (page, form.action)
            walked.add(route.path)
            if route.path in OWN:
                continue
            typed_in = form.fields | OTHERWISE.get(route.path, {})
            sent = await sending(filled, browser, form.action, typed_in)
            found = [each for one in sent for each in (*faults(one), *dropped(typed_in, one))] or _of_none(sent)
            if found:
                wrong[f"{page}: {form.action}"] = found
    for path, fields in HIDDEN.items():
        route = next(route for known, route in FORMS if known == path)
        browser = await person(filled, min(_roles(route) or {Role.SUPPLIER}))
        given = {name: typed(name) for name in ("version", "key")} | fields
        sent = await sending(filled, browser, _of(path), given)
        if found := [each for one in sent for each in (*faults(one), *dropped(given, one))] or _of_none(sent):
            wrong[path] = found
        walked.add(path)
    assert not wrong, json.dumps(wrong, indent=1)
    left = {path for path, _ in FORMS} - walked - OWN.keys()
    assert not left, "\n".join(sorted(left))


def _of_none(sent: Sequence[httpx.Request]) -> list[str]:
    return [] if sent else ["nothing is sent"]


def test_the_walk_finds_what_a_stage_does_not_take() -> None:
    def said(method: str, path: str, body: object = None, **headers: str) -> list[str]:
        content = b"" if body is None else json.dumps(body).encode()
        return [*faults(httpx.Request(method, f"http://registration.test{path}", content=content, headers=headers))]

    assert said("POST", "/suppliers/1/withdrawal", {"reason": "own_decision"}) == []
    assert said("POST", "/suppliers/1/withdrawal", {"reason": "boredom"}) != []
    assert said("POST", "/suppliers/1/withdrawal", {"reason": "own_decision", "more": 1}) != []
    assert said("POST", "/suppliers/1/leaving", {}) == ["no POST /suppliers/1/leaving of registration"]
    assert "without if-match" in said("PUT", "/suppliers/1", {})
    assert said("DELETE", "/suppliers/1/people/2", {"a": 1}) == ["a body that nobody takes"]


@pytest.mark.parametrize("path", [*OWN, *HIDDEN])
def test_no_exception_is_of_a_form_that_has_gone(path: str) -> None:
    assert path in {known for known, _ in FORMS}
    assert STAGES
