"""What the portal's own script does with answers in a real browser: kept as they are given, tried again, never lost."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from services.portal.api.errors import POLICY
from services.portal.api.forms import Trouble
from services.portal.api.questionnaire import QUESTIONNAIRE, State
from services.portal.domain.questionnaire import WHYS, Question, Section
from services.portal.identity.cookie import Cookie
from services.portal.identity.people import Person
from services.portal.views import assets
from services.portal.views.pages import Look, render
from shared.service.callers import Role
from tests.running import chromium

pytestmark = pytest.mark.browser

URL = "http://127.0.0.1:9"
"""Of nobody: every request is answered here."""
PAGE = f"{QUESTIONNAIRE}/TEC"


class Portal:
    """The portal as far as one page of questions asks it."""

    def __init__(self) -> None:
        self.mode = "kept"
        self.cookie = Cookie.new()
        self.asked: list[dict[str, str]] = []

    def answer(self, route: Route) -> None:
        request = route.request
        path = urlsplit(request.url).path
        if path.startswith("/static/"):
            name = path.rpartition("/")[2]
            route.fulfill(body=assets.content(name), content_type=assets.TYPES[f".{name.rpartition('.')[2]}"])
        elif request.method == "GET":
            route.fulfill(body=self._page(), content_type="text/html", headers={"Content-Security-Policy": POLICY})
        elif self.mode == "cut":
            route.abort("internetdisconnected")
        else:
            self._keep(route)

    def _keep(self, route: Route) -> None:
        given = {name: values[-1] for name, values in parse_qs(route.request.post_data or "").items()}
        if not self.cookie.fits(given["token"]):
            route.fulfill(status=403, body="")
            return
        self.asked.append(given)
        refused = Trouble("Diga por qué.") if self.mode == "refused" else None
        state = State("T01", f'"v{len(self.asked)}"', saved=refused is None, problem=refused, mine={})
        route.fulfill(
            body=render("question_state.html", self._look(), state=state, address=PAGE), content_type="text/html"
        )

    def _look(self) -> Look:
        person = Person("ana", frozenset({Role.SUPPLIER}), UUID(int=1), None, None, "", self.cookie)
        return Look("en", person, PAGE)

    def _page(self) -> str:
        levels = tuple(f"nivel {number}" for number in range(5))
        question = Question("T01", "TEC", "¿Mide?", "", levels, False, False, '"v0"', False, True, None, None, "", "")
        shown = [(question, State("T01", '"v0"', saved=False))]
        common: dict[str, Any] = {
            "navigation": {},
            "anonymous_token": "",
            "away": {},
            "typed": {},
            "problem": None,
            "file_kinds": (),
        }
        return render(
            "questions.html",
            self._look(),
            section=Section("TEC", (question,)),
            questions=shown,
            next=None,
            whys=WHYS,
            address=PAGE,
            open=True,
            **common,
        )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium.running() as browser:
        yield browser


@pytest.fixture
def portal() -> Portal:
    return Portal()


@pytest.fixture
def page(browser: Browser, portal: Portal) -> Iterator[Page]:
    with browser.new_context() as context:
        page = context.new_page()
        page.route(f"{URL}/**", portal.answer)
        page.goto(URL + PAGE)
        yield page


def _told(page: Page, text: str) -> None:
    expect(page.locator("#T01 .told")).to_contain_text(text)


def _warns(page: Page) -> bool:
    """Whether the browser asks before it leaves."""
    script = (
        "() => { const e = new Event('beforeunload', {cancelable: true}); dispatchEvent(e); return e.defaultPrevented }"
    )
    return bool(page.evaluate(script))


def test_an_answer_is_kept_as_it_is_given_under_the_last_version(page: Page, portal: Portal) -> None:
    assert not _warns(page)
    page.check("#T01-2")
    _told(page, "Kept")
    page.fill("#T01-note", "una nota")
    _told(page, "Not kept yet")
    _told(page, "Kept")
    assert not _warns(page)
    assert [(each["level"], each.get("note", ""), each["version"]) for each in portal.asked] == [
        ("2", "", '"v0"'),
        ("2", "una nota", '"v1"'),
    ]


def test_a_connection_that_is_cut_twice_loses_nothing(page: Page, portal: Portal) -> None:
    for level in ("2", "4"):
        portal.mode = "cut"
        page.check(f"#T01-{level}")
        _told(page, "no connection")
        assert _warns(page)
        assert page.is_checked(f"#T01-{level}")
        portal.mode = "kept"
        _told(page, "Kept")
        assert not _warns(page)
    assert [each["level"] for each in portal.asked] == ["2", "4"]


def test_it_is_tried_at_once_when_the_connection_is_back(page: Page, portal: Portal) -> None:
    portal.mode = "cut"
    page.check("#T01-3")
    _told(page, "no connection")
    portal.mode = "kept"
    page.evaluate("dispatchEvent(new Event('online'))")
    _told(page, "Kept")


def test_what_is_refused_is_not_kept_and_the_page_warns(page: Page, portal: Portal) -> None:
    portal.mode = "refused"
    page.check("#T01-none")
    expect(page.locator("#T01 .error")).to_have_text("Diga por qué.")
    assert _warns(page)
    portal.mode = "kept"
    page.check("#T01-0")
    _told(page, "Kept")
    assert not _warns(page)


def test_whoever_signs_in_anew_elsewhere_goes_on_here(page: Page, portal: Portal) -> None:
    portal.cookie = Cookie.new()
    page.check("#T01-1")
    _told(page, "Sign in in another tab")
    _told(page, "Kept")
    assert [each["level"] for each in portal.asked] == ["1"]
