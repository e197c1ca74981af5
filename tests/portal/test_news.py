"""News: told when it is true, once, to whoever asked before; and every kind has its words, its page and its end."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.portal.domain.firm import Firm
from services.portal.domain.news import KINDS, OPERATORS_PAGE, PROGRAM, QUIET, WEEK
from services.portal.domain.subscription import EVERY, LASTS, STALE, Letter, Reader, ended
from services.portal.handlers import firms, news
from services.portal.handlers.news import CONFIRMATION_MAIL, LAPSE, LOOK, NEWS_MAIL, TIMERS, Wanted
from services.portal.views.mails import newsletter
from services.portal.views.words import WORDS
from shared.contracts.diagnosis import DiagnosisCompleted, DiagnosisOpened
from shared.i18n import LANGUAGES
from shared.mail_tries import FIRST_WAIT
from shared.messaging.decision import Decision, Refused
from shared.service.callers import Role
from tests.portal.events import example
from tests.portal.news_given import BEFORE, CASES, NOW, Case, reader
from tests.portal.walks import PAGES

WANTED = Wanted("person-1", frozenset({"supplier"}), None, None, "ana@firm.mx", "Ana Ruiz", "es", ("questionnaire",))
KIND = sorted(CASES)
URL = "https://portal.test"


def timers(decision: Decision[Reader] | Refused) -> dict[str, datetime | None]:
    assert isinstance(decision, Decision)
    return {timer.kind: timer.at for timer in decision.timers}


def sent(given: Reader, now: datetime = NOW) -> Reader:
    """After one mail that was taken."""
    written = news.mail_again(given, "", now).state
    assert written is not None
    taken = news.mail_taken(written, "sent", now).state
    assert taken is not None
    return taken


def test_every_kind_is_tried() -> None:
    assert CASES.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", KIND)
def test_a_kind_has_words_and_a_page_for_each_of_its_roles(kind: str) -> None:
    roles = dict(PAGES)
    for role in KINDS[kind].roles:
        page = OPERATORS_PAGE if role == "operator" else KINDS[kind].page
        assert roles[page] is None or Role(role) in (roles[page] or ()), page
    given = reader(kind, CASES[kind].true)
    for language in LANGUAGES:
        mail = newsletter(replace(given.subscription, language=language), given.due(NOW), URL, given.messages)
        assert mail is not None
        assert WORDS.has(f"news.{kind}", language)
        if kind == PROGRAM.name:
            written = given.messages[0].in_(language)
            assert (written.text in mail.text, mail.subject) == (True, written.subject)
            continue
        # What it says, when, and why it is left out.
        assert all(WORDS.has(f"news.{kind}.{of}", language) for of in ("told", "from", "unless"))
        assert f"{URL}{KINDS[kind].page}" in mail.text.splitlines()
        assert WORDS.text("news.subject", language) == mail.subject
        assert re.search(r"news\.\w|[{}]|None", mail.text) is None


@pytest.mark.parametrize("kind", KIND)
def test_it_is_told_when_it_is_true(kind: str) -> None:
    given = reader(kind, CASES[kind].true)
    assert timers(news.look(given, NOW)) == {NEWS_MAIL: NOW, LOOK: None}
    written = news.mail_again(given, "", NOW)
    assert timers(written) == {NEWS_MAIL: NOW + FIRST_WAIT}
    assert written.state is not None
    assert [each.kind for each in written.state.written()] == [kind]


@pytest.mark.parametrize("kind", KIND)
def test_what_was_done_meanwhile_is_not_told(kind: str) -> None:
    """Neither when it is looked at, nor when the mail was on its way already."""
    settled = reader(kind, CASES[kind].settled)
    assert NEWS_MAIL not in timers(news.look(settled, NOW))
    on_its_way = replace(settled, subscription=replace(settled.subscription, letter=Letter(("x",), NOW, NOW)))
    given_up = news.mail_again(on_its_way, "", NOW)
    assert timers(given_up)[NEWS_MAIL] is None
    assert given_up.state is not None
    assert given_up.state.subscription.letter is None


@pytest.mark.parametrize("kind", KIND)
def test_before_its_time_it_is_not_told_but_looked_for(kind: str) -> None:
    case: Case = CASES[kind]
    early = NOW - case.early
    found = timers(news.look(reader(kind, case.true), early))
    # Evidence and papers are news at once: before, there was nothing.
    assert found.keys() == {LOOK}
    assert found[LOOK] is not None
    assert early < (found[LOOK] or early) <= NOW


@pytest.mark.parametrize("kind", KIND)
def test_it_is_told_once_however_often_it_is_told_of(kind: str) -> None:
    """An event that comes again, or a topic that is read again, wakes whoever asked: a look finds nothing new."""
    taken = sent(reader(kind, CASES[kind].true))
    for later in (NOW, NOW + EVERY, NOW + 2 * EVERY):
        found = timers(news.look(taken, later))
        assert NEWS_MAIL not in found
        again = found[LOOK]
        # What waits is told again in the next week, if it still does.
        assert again is None or again > later


@pytest.mark.parametrize("kind", KIND)
def test_what_was_news_before_somebody_asked_is_not_told(kind: str) -> None:
    assert NEWS_MAIL not in timers(news.look(reader(kind, CASES[kind].true, since=NOW), NOW))
    of_another = reader(kind, CASES[kind].true, kinds={"other": BEFORE})
    assert NEWS_MAIL not in timers(news.look(of_another, NOW))


@pytest.mark.parametrize("kind", [kind for kind in KIND if isinstance(CASES[kind].true, Firm)])
def test_what_is_old_and_what_is_of_a_firm_that_left_is_not_told(kind: str) -> None:
    assert news.look(reader(kind, CASES[kind].true), NOW + STALE + EVERY).timers[0].kind == LOOK
    true = CASES[kind].true
    assert isinstance(true, Firm)
    of_one_that_left = reader(kind, replace(true, withdrawn="own_wish"))
    assert timers(news.mail_again(of_one_that_left, "", NOW))[NEWS_MAIL] is None
    left = news.look(of_one_that_left, NOW)
    assert timers(left) == dict.fromkeys(TIMERS)
    assert left.state is not None
    assert left.state.subscription == ended(left.state.subscription)


def test_a_questionnaire_is_told_of_once_though_what_counts_is_measured_anew() -> None:
    """Seen: while a second round was open, another demand ended it here, and another version told of it again."""
    event: Any = example(DiagnosisCompleted)
    first = firms.diagnosis_completed(None, event, BEFORE).state
    opened_at = NOW - QUIET - timedelta(hours=1)
    again = firms.diagnosis_moved(first, example(DiagnosisOpened), opened_at, NOW, None).state  # type: ignore[arg-type]
    assert again is not None
    taken = sent(reader("questionnaire", again))
    anew = event.model_copy(update={"version": event.version + 1})
    measured = firms.diagnosis_completed(again, anew, NOW).state
    assert measured is not None
    assert reader("questionnaire", measured).due(NOW) != []
    assert replace(taken, firm=measured).due(NOW) == []
    read_again = firms.diagnosis_completed(again, event, NOW).state
    assert read_again is not None
    assert reader("questionnaire", read_again).due(NOW) == []


def test_a_queue_is_told_of_once_a_week() -> None:
    taken = sent(reader("plans", CASES["plans"].true))
    again = timers(news.look(taken, NOW))[LOOK]
    assert again is not None
    assert (again.weekday(), again - NOW < WEEK) == (0, True)
    assert timers(news.look(taken, again))[NEWS_MAIL] == again


def test_a_person_gets_one_mail_a_day() -> None:
    taken = sent(reader("evidence", CASES["evidence"].true))
    other = replace(taken, firm=reader("papers", CASES["papers"].true).firm)
    both = replace(other, subscription=replace(other.subscription, kinds={"evidence": BEFORE, "papers": BEFORE}))
    assert timers(news.look(both, NOW)) == {LOOK: NOW + EVERY}
    assert timers(news.look(both, NOW + EVERY))[NEWS_MAIL] == NOW + EVERY


def test_while_a_mail_is_on_its_way_nothing_else_sets_one_going() -> None:
    on_its_way = news.mail_again(reader("papers", CASES["papers"].true), "", NOW).state
    assert timers(news.look(on_its_way, NOW)) == {}
    later = news.mail_again(on_its_way, "", NOW + FIRST_WAIT)
    assert timers(later)[NEWS_MAIL] == NOW + 2 * FIRST_WAIT
    assert later.state is not None
    assert later.state.subscription.letter is not None
    assert later.state.subscription.letter.begun_at == NOW


def test_an_address_that_is_none_ends_it() -> None:
    written = news.mail_again(reader("papers", CASES["papers"].true), "", NOW).state
    refused = news.mail_taken(written, "refused", NOW)
    assert timers(refused) == dict.fromkeys(TIMERS)
    assert "ana" not in repr(refused.state)


# Asked for, confirmed, stopped


def asked(**changed: Any) -> Decision[Reader]:
    decision = news.ask(None, replace(WANTED, **changed), "code", "secret", NOW)
    assert isinstance(decision, Decision)
    return decision


def test_nothing_goes_to_an_address_before_it_is_confirmed() -> None:
    decision = asked()
    assert timers(decision)[CONFIRMATION_MAIL] == NOW
    assert timers(news.look(decision.state, NOW)) == {}
    again = news.confirmation_again(decision.state, "new", NOW)
    for code, opens in (("code", False), ("new", True)):
        confirmed = news.confirm(again.state, code, NOW)
        assert isinstance(confirmed, Decision) == opens
    assert timers(confirmed) == {CONFIRMATION_MAIL: None, LAPSE: NOW + LASTS, LOOK: NOW}
    assert isinstance(confirmed, Decision)
    assert confirmed.state is not None
    assert confirmed.state.subscription.kinds == {"questionnaire": NOW}
    assert news.confirm(confirmed.state, "new", NOW) == Decision(confirmed.state)
    assert timers(news.confirmation_again(confirmed.state, "third", NOW)) == {CONFIRMATION_MAIL: None}


def test_a_code_opens_for_a_day_and_five_tries() -> None:
    state = asked().state
    assert isinstance(news.confirm(state, "code", NOW + timedelta(days=1)), Refused)
    for _ in range(5):
        state = news.miss(state).state
    assert isinstance(news.confirm(state, "code", NOW), Refused)
    assert timers(news.lapse(state, NOW)) == dict.fromkeys(TIMERS)


@pytest.mark.parametrize(
    ("changed", "at"),
    [
        ({"email": "ana@firm.mx, other@firm.mx"}, "email"),
        ({"email": ""}, "email"),
        ({"kinds": ()}, "kinds"),
        ({"kinds": ("plans",)}, "kinds"),
        ({"name": "Ana http://evil.test"}, "name"),
        ({"name": "Ana\nBcc: x"}, "name"),
        ({"name": "A" * 61}, "name"),
    ],
)
def test_what_is_asked_for_wrongly_is_refused_at_its_field(changed: dict[str, Any], at: str) -> None:
    refused = news.ask(None, replace(WANTED, **changed), "code", "secret", NOW)
    assert isinstance(refused, Refused)
    assert refused.at == at
    assert all(WORDS.has(refused.code, language) for language in LANGUAGES)


def test_whoever_changes_what_they_want_is_not_asked_again_and_is_told_nothing_old() -> None:
    given = reader("questionnaire", CASES["questionnaire"].true, email="ana@firm.mx")
    more = news.ask(given, replace(WANTED, kinds=("questionnaire", "papers")), "code", "secret", NOW)
    assert isinstance(more, Decision)
    assert more.state is not None
    assert more.state.subscription.kinds == {"questionnaire": BEFORE, "papers": NOW}
    assert (timers(more)[LOOK], more.state.subscription.status) == (NOW, "active")
    moved = news.ask(given, replace(WANTED, email="other@firm.mx"), "code", "secret", NOW)
    assert timers(moved)[NEWS_MAIL] is None
    assert isinstance(moved, Decision)
    assert moved.state is not None
    assert moved.state.subscription.status == "pending"


def test_whoever_has_a_mail_stops_one_kind_or_all() -> None:
    given = reader("papers", CASES["papers"].true, stop="secret", kinds={"papers": BEFORE, "evidence": BEFORE})
    less = news.stop(given, "secret", "papers", NOW)
    assert isinstance(less, Decision)
    assert less.state is not None
    assert [*less.state.subscription.kinds] == ["evidence"]
    for kind, state in ((None, given), ("evidence", less.state)):
        stopped = news.stop(state, "secret", kind, NOW)
        assert timers(stopped) == dict.fromkeys(TIMERS)
        assert isinstance(stopped, Decision)
        assert "ana" not in repr(stopped.state)
        assert isinstance(news.stop(stopped.state, "secret", None, NOW), Refused)
        assert isinstance(news.stop(stopped.state, "", None, NOW), Refused)
    for secret in ("", "other", "ñ"):
        assert isinstance(news.stop(given, secret, None, NOW), Refused)
