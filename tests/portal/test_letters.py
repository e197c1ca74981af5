"""Dead letters of all services: found by filters, shown, replayed or discarded."""

from typing import Any
from uuid import UUID

import pytest

from services.portal.stages import SERVICES
from tests.portal.conftest import Browser, Visitors
from tests.portal.events import SUPPLIER
from tests.portal.forms import last_sent, refuse
from tests.portal.test_machines import AT, LETTER, operator

__all__ = ["operator"]

LETTERS, OTHER = "/operations/dead-letters", str(UUID(int=0xDEAE))


def _letter(id_: str = LETTER, **changed: object) -> dict[str, Any]:
    where = {"id": id_, "topic": "matching.match.v1", "partition": 0, "offset": 12, "key": str(SUPPLIER)}
    what = {"event_id": "e", "event_type": "matching.match-found", "reason": "wrong_shape", "error": "score: missing"}
    return where | what | {"at": AT, "attempts": 1, "resolution": None, "closed_at": None, "behind": 3} | changed


def _list(portal: Visitors, service: str, *letters: dict[str, Any], following: str | None = None) -> None:
    portal.others.answer(service, "/dead-letters", {"items": list(letters), "next": following})


async def test_letters_of_all_services_by_filters_that_stay(portal: Visitors, operator: Browser) -> None:
    _list(portal, "matching", _letter(), following=LETTER)
    _list(portal, "portal", _letter(OTHER, closed_at=AT, resolution="discarded"))
    del portal.others.answers["financing.test", "/dead-letters"]
    page = (await operator.get(f"{LETTERS}?reason=wrong_shape&closed=1")).text
    asked = [each.url.params for each in portal.others.asked if each.url.path == "/dead-letters"]
    assert [(each["reason"], each["closed"]) for each in asked] == [("wrong_shape", "true")] * len(SERVICES)
    for told in (f"matching:{LETTER}", f"{LETTERS}/portal/{OTHER}", "Descartado", "no responde", 'value="wrong_shape"'):
        assert told in page, told
    assert f"portal:{OTHER}" not in page, "nothing is left to do for it"
    assert f"reason=wrong_shape&amp;closed=1&amp;service=matching&amp;after={LETTER}" in page


async def test_those_of_one_service_go_on_page_by_page(portal: Visitors, operator: Browser) -> None:
    await operator.get(f"{LETTERS}?service=matching&after={LETTER}")
    [asked] = [each for each in portal.others.asked if each.url.path == "/dead-letters"]
    assert (asked.url.host, asked.url.params["after"], asked.url.params["limit"]) == ("matching.test", LETTER, "50")


async def test_a_letter_is_shown_with_what_was_tried(portal: Visitors, operator: Browser) -> None:
    tried = [{"action": "replayed", "by": "ana", "at": AT, "reason": "wrong_shape", "error": "score", "released": 0}]
    whole = {"attributes": {}, "data": {"score": "<b>"}, "raw_base64": None, "hidden": False, "actions": tried}
    behind = [{"partition": 0, "offset": 13, "at": AT}]
    portal.others.answer("matching", f"/dead-letters/{LETTER}", _letter() | whole | {"waiting": behind})
    page = (await operator.get(f"{LETTERS}/matching/{LETTER}")).text
    for told in ("&lt;b&gt;", "ana", "matching.match.v1 0:13", f'value="matching:{LETTER}"', "Procesar otra vez"):
        assert told in page, told
    hidden = whole | {"data": None, "hidden": True, "waiting": []}
    portal.others.answer("matching", f"/dead-letters/{LETTER}", _letter() | hidden)
    assert "se queda en su servicio" in (await operator.get(f"{LETTERS}/matching/{LETTER}")).text
    assert (await operator.get(f"{LETTERS}/nothing/{LETTER}")).status_code == 404


def _resolved(portal: Visitors, service: str, act: str, **changed: object) -> None:
    done = {"resolved": 1, "released": 2, "failures": [], "left": 0, "last": LETTER} | changed
    portal.others.answer(service, f"/dead-letters/{act}", done)


@pytest.mark.parametrize("act", ["replay", "discard"])
async def test_what_became_of_those_that_were_chosen_is_told_by_service(
    portal: Visitors, operator: Browser, act: str
) -> None:
    failure = {"id": LETTER, "resolved": True, "error": "wrong_shape", "next": OTHER}
    _resolved(portal, "matching", act, failures=[failure], left=4)
    refuse(portal.others, "diagnosis", f"/dead-letters/{act}", 503)
    chosen = [f"matching:{LETTER}", f"matching:{OTHER}", f"diagnosis:{LETTER}", "nothing:1"]
    answer = await operator.post(LETTERS, {"act": act, "which": "chosen", "letter": chosen, "reason": "wrong_shape"})
    assert answer.status_code == 200
    sent = {each.url.host: each.read().decode() for each in portal.others.asked if each.method == "POST"}
    assert sorted(sent) == ["diagnosis.test", "matching.test"]
    assert (LETTER in sent["matching.test"], OTHER in sent["matching.test"], "reason" in sent["matching.test"]) == (
        True,
        True,
        False,
    )
    assert answer.text.count("<h2>") == 2, "of each service that there is"
    for told in ("No se acepta así.", f"{LETTERS}/matching/{OTHER}", "No tiene la forma", "?reason=wrong_shape"):
        assert told in answer.text, told


@pytest.mark.parametrize(
    ("given", "services", "body"),
    [
        ({"service": "matching", "reason": "wrong_shape"}, {"matching"}, {"reason": "wrong_shape"}),
        ({"service": "matching", "reason": ""}, {"matching"}, {"all": True}),
        ({"topic": "matching.match.v1"}, {*SERVICES}, {"topic": "matching.match.v1"}),
    ],
)
async def test_all_that_fit_the_filters(
    portal: Visitors, operator: Browser, given: dict[str, str], services: set[str], body: dict[str, Any]
) -> None:
    for service in SERVICES:
        _resolved(portal, service, "replay")
    await operator.post(LETTERS, {"act": "replay", "which": "all", "letter": f"diagnosis:{LETTER}"} | given)
    asked = [each for each in portal.others.asked if each.method == "POST"]
    assert {each.url.host.removesuffix(".test") for each in asked} == services
    assert last_sent(portal.others)[2] == body


async def test_nothing_is_done_without_a_word(operator: Browser) -> None:
    assert (await operator.post(LETTERS, {"act": "delete"})).status_code == 404
    assert "No se eligió ninguno." in (await operator.post(LETTERS, {"act": "replay"})).text
