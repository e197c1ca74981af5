"""A firm's story: what caused what, told without a word of what is personal."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.cli.actors import Actor, actors_of
from deploy.cli.api import Round
from deploy.cli.case import story, walked
from deploy.cli.commands.case import _lines
from deploy.cli.events import Event, Reason
from deploy.local.client import target_of
from deploy.target.client import Client

BEGIN = datetime(2026, 11, 29, 8, tzinfo=UTC)


def event(id_: str, seconds: int, causation: str | None = None, correlation: str = "c1", **more: Any) -> Event:
    fields: dict[str, Any] = {
        "topic": "matching.match.v1",
        "key": "s",
        "type": "matching.match-found",
        "data": {},
        "size": 9,
    } | more
    at = BEGIN + timedelta(seconds=seconds)
    return Event(id=id_, at=at, correlation=correlation, causation=causation, **fields)


def told(events: list[Event], others: tuple[Event, ...] = ()) -> list[tuple[int, str | None, str]]:
    return [(depth, step.event.id, step.kind) for depth, step in walked(story(events, others))]


def test_what_an_event_caused_stands_below_it_in_the_order_of_time() -> None:
    events = [
        event("c", 2, "a"),
        event("b", 1, "a"),
        event("d", 3, "b"),
        event("a", 0),
        event("z", 4, correlation="c2"),
    ]
    assert told(events) == [
        (0, "a", "command"),
        (1, "b", "event"),
        (2, "d", "event"),
        (1, "c", "event"),
        (0, "z", "command"),
    ]


def test_a_cause_elsewhere_is_named_and_one_that_is_gone_too() -> None:
    other = event("r", 0, topic="matching.requirement.v1", type="matching.requirement-published")
    events = [event("a", 1, "r"), event("b", 2, "long-ago", "c3")]
    assert told(events, (other,)) == [(0, "a", "other"), (0, "b", "gone")]


def test_a_timer_goes_on_with_a_correlation_and_one_commands_events_are_of_one_moment() -> None:
    events = [event("a", 0), event("b", 0), event("lapsed", 60)]
    assert told(events) == [(0, "a", "command"), (0, "b", "command"), (0, "lapsed", "timer")]


def test_events_that_name_each_other_are_shown_all_the_same() -> None:
    events = [event("a", 0, "b"), event("b", 0, "a"), event("x", 1)]
    assert {id_ for _, id_, _ in told(events)} == {"a", "b", "x"}


def test_an_event_that_was_published_again_is_told_once_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDP_LANG", "en")
    events = [event("a", 0), event("b", 1, "a"), event("a", 0), event("b", 1, "a"), event("b", 1, "a")]
    steps = [step for _, step in walked(story(events, ()))]
    assert [(step.event.id, step.published) for step in steps] == [("a", 2), ("b", 3)]
    assert [line for line in _lines(walked(story(events, ())), 200) if "(published 3 times)" in line]


def test_who_acted_is_told_where_a_journal_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDP_LANG", "en")
    actors = {"a": Actor("s-1", "supplier", "firm-1", None), "b": Actor("op-1", "operator", None, "sweep")}
    events = [event("a", 0), event("b", 1, "r"), event("c", 2, "a"), event("z", 3, correlation="c2")]
    lines = [line.strip() for line in _lines(walked(story(events, (), actors)), 200)]
    assert "by supplier s-1 (firm-1), correlation c1" in lines
    by_sweep = lines.index("by operator op-1, through sweep, correlation c1")
    assert lines[by_sweep - 1] == "by event r, which the topics no longer hold"
    assert "by a command, correlation c2" in lines
    assert len([line for line in lines if line.startswith("by ")]) == 4


def test_the_stages_journals_tell_who_acted_page_by_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    who: dict[str, Any] = {"subject": "s-1", "role": "supplier", "on_behalf_of": "firm-1", "via": None}
    pages = {None: ([{"event_id": "a", "actor": who}], "7"), "7": ([{"event_id": "b", "actor": None}], None)}

    def answered(request: httpx.Request) -> httpx.Response:
        given = request.url.params
        assert (request.url.path, given["key"]) == ("/journal", "firm-1")
        items, next_ = pages[given.get("after")] if request.url.host == "registration" else ([], None)
        return httpx.Response(200, json={"items": items, "next": next_})

    def http(_: Client, service: str, **__: Any) -> httpx.Client:
        return httpx.Client(base_url=f"http://{service}", transport=httpx.MockTransport(answered), trust_env=False)

    monkeypatch.setattr(Client, "http", http)
    assert actors_of(Round(), Client(target_of(tmp_path, {"kafka": 1})), "firm-1") == {"a": Actor(**who)}


PERSONAL = {"legal_name": "Ana Pérez", "rfc": "PEAA800101AB1", "state": "11", "contact": {"email": "ana@example.com"}}


def test_lines_tell_reasons_and_facts_and_nothing_personal() -> None:
    missing = [{"area": "P01", "gate": "qms", "reason": "qms_below_ladder"}, {"gate": "force", "reason": "ok"}]
    registered = event("a", 0, topic="registration.supplier.v1", type="registration.supplier-registered", data=PERSONAL)
    refused = event("b", 1, "a", data={"missing": missing, "score": 7500, "reason": "Ana Pérez lives in …"})
    lines = [*_lines(walked(story([registered, refused], ())), 200)]
    assert any("└ matching.match-found  score=7500" in line for line in lines)
    assert any("qms:qms_below_ladder" in line for line in lines)
    assert not [
        line for line in lines for word in ("Ana", "PEAA", "example.com", "state=11", "force:ok") if word in line
    ]


def test_each_reason_is_told_once_with_what_it_is_about() -> None:
    data = {"criteria": [{"criterion": "qms", "reason": "met"}, *[{"criterion": "origin", "reason": "too_low"}] * 2]}
    assert event("a", 0, data=data | {"reasons": ["capacity_full"]}).reasons == [
        Reason("capacity_full"),
        Reason("too_low", "origin"),
    ]


def test_at_80_columns_no_line_of_facts_is_longer() -> None:
    data = {"partner": "nafin", "product": "nafin-eco-credit", "state": "sent", "referral_id": "d" * 36}
    lines = [*_lines(walked(story([event("a", 0, data=data)], ())), 80)]
    assert max(map(len, lines)) <= 80
    assert any("d" * 36 in line for line in lines)


def test_in_a_narrow_terminal_reasons_hang_and_ids_are_whole() -> None:
    id_ = "01a20c45-6301-77e3-99e9-be2fd56a1ffd"
    found = event("a", 0, causation=id_, data={"missing": [{"gate": "qms", "reason": "qms_below_ladder"}]})
    lines = [*_lines(walked(story([found], ())), 50)]
    assert max(map(len, lines)) <= 50
    assert any(id_ in line for line in lines)
    [at] = [number for number, line in enumerate(lines) if line.startswith(" " * 10 + "– ")]
    assert lines[at + 1].startswith(" " * 12)
