"""What every route of every API takes: a key under which it may be sent again, a version, or a reason for neither."""

from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute

from shared.service.http import Page
from shared.service.http.routes import dependants
from tests.http.services import SERVICES, openapi_of, service

NOT_ONCE = {
    "search_suppliers": "it changes nothing",
    "judge_rfc": "it changes nothing",
    "replay_dead_letters": "of what was replayed there is no more to replay",
    "discard_dead_letters": "of what was discarded there is no more to discard",
    "skip_record": "a record that is skipped already stays skipped",
    "withdraw_skip": "of what was taken back there is no more to take back",
    "close_record_gaps": "of what was closed there is no more to close",
    "resend_events": "readers drop what they have, however often it is published",
    "invite_person": "an address that is invited already is refused",
    "resume_consuming": "what goes on already goes on",
    "book_meeting": "a firm that has a meeting then is refused",
}
"""POSTs without `Idempotency-Key` and without `If-Match`, and why whoever sends them again does no harm."""

NOT_TAGGED = {
    "check_live": "how the process is at that moment",
    "check_ready": "how the process is at that moment",
    "show_metrics": "how the process is at that moment",
    "show_refused_suppliers": "a file that is made while it is sent, to be kept by nobody in between",
    "show_refused_anchors": "a file that is made while it is sent, to be kept by nobody in between",
    "show_refused_requirements": "a file that is made while it is sent, to be kept by nobody in between",
    "export_suppliers": "a file that is made for who asks, to be kept by nobody in between",
    "show_supplier_template": "a file that is made for who asks, in their language",
    "show_anchor_template": "a file that is made for who asks, in their language",
    "show_requirement_template": "a file that is made for who asks, in their language",
    "link_attachment": "it is another one each time, and over within a minute",
    "read_attachment": "a file that is sent in parts, to be kept by nobody in between",
    "show_events_page": "a page to read, not a document to keep",
}
"""GETs of something that is no list, without `ETag`."""


def routes(name: str, method: str) -> Iterator[APIRoute]:
    for route in service(name).app.routes:
        if isinstance(route, APIRoute) and route.include_in_schema and method in (route.methods or ()):
            yield route


def headers(route: APIRoute) -> set[str]:
    """Those that a route's dependencies look at."""
    return {parameter.alias for each in dependants(route.dependant) for parameter in each.header_params}


def is_list(route: APIRoute) -> bool:
    model = route.response_model
    return isinstance(model, type) and issubclass(model, Page)


@pytest.mark.parametrize("name", SERVICES)
def test_every_post_may_be_sent_again(name: str) -> None:
    posts = list(routes(name, "POST"))
    neither = [route.name for route in posts if not headers(route) & {"idempotency-key", "if-match"}]
    assert [each for each in neither if each not in NOT_ONCE] == []
    made = [route for route in posts if route.status_code == 201 or route.path.endswith("/imports")]
    assert [route.path for route in made if "idempotency-key" not in headers(route)] == []


@pytest.mark.parametrize("name", SERVICES)
def test_every_get_that_is_no_list_has_a_version(name: str) -> None:
    gets = [route for route in routes(name, "GET") if not is_list(route)]
    untagged = [route.name for route in gets if "if-none-match" not in headers(route)]
    assert [each for each in untagged if each not in NOT_TAGGED] == []
    responses = openapi_of(name)["paths"]
    tagged = [responses[route.path_format]["get"]["responses"] for route in gets if route.name not in untagged]
    assert tagged
    assert all("ETag" in answers["200"]["headers"] and "304" in answers for answers in tagged)


def test_no_reason_is_of_a_route_that_has_gone() -> None:
    there = {route.name for name in SERVICES for method in ("GET", "POST") for route in routes(name, method)}
    assert (NOT_ONCE | NOT_TAGGED).keys() - there == set()


@pytest.mark.parametrize("name", SERVICES)
def test_no_address_leads_to_the_host_that_its_caller_names(name: str) -> None:
    """A slash too many would: to `http:` too, where a proxy speaks https, with the caller's token."""
    assert not service(name).app.router.redirect_slashes
