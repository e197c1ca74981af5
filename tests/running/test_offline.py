"""In a real browser, with the network cut: an assessor's visit, and two people of a firm at one questionnaire."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from deploy.local.client import LocalClient
from deploy.target.person import Person
from shared.service.callers import Role
from tests.diagnosis.builders import levels_at, sheet
from tests.running import chromium
from tests.running.developed import PEOPLE, Developed

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
PATIENCE_S = 20.0
ASSESSOR = PEOPLE["assessor"]

PICTURE = """() => new Promise((done) => {
  const canvas = document.createElement("canvas");
  canvas.width = 2400; canvas.height = 1200;
  canvas.getContext("2d").fillRect(0, 0, 900, 900);
  canvas.toBlob((blob) => blob.arrayBuffer().then((bytes) => done([...new Uint8Array(bytes)])), "image/jpeg");
})"""
"""A picture larger than what is sent, as bytes."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium.running() as browser:
        yield browser


@pytest.fixture
def firm(client: LocalClient) -> Developed:
    """One whose diagnosis is open, with an assessor."""
    firm = Developed(client, uuid4())
    firm.do("diagnosis", Role.OPERATOR, "PUT", f"{firm.open()}/assignment", PEOPLE)
    return firm


def signed_in(browser: Browser, client: LocalClient, person: Person) -> BrowserContext:
    context = browser.new_context(locale="en-US", viewport={"width": 390, "height": 800})
    context.new_page().goto(client.sign_in_link(person))
    return context


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def told(page: Page, question: str) -> str:
    text: str = page.evaluate(f"document.querySelector('#{question} .told').textContent")
    return text


def waiting(page: Page) -> str:
    text: str = page.evaluate("document.getElementById('waiting').textContent")
    return text


def ready(page: Page) -> bool:
    return bool(page.evaluate("document.getElementById('visit')?.dataset.ready"))


def note(page: Page, question: str, level: str, words: str) -> None:
    page.select_option(f"#{question}-level", level)
    page.fill(f"#{question}-note", words)
    until(lambda: told(page, question))


def test_a_visit_without_a_connection_loses_nothing_and_leaves_nothing(
    client: LocalClient, browser: Browser, firm: Developed, tmp_path: Path
) -> None:
    assert client.portal is not None
    path = f"/diagnoses/{firm.firm}"
    firm.do("diagnosis", Role.SUPPLIER, "POST", f"{path}/self-assessment", sheet(levels_at(3)))
    address = f"{client.portal}/work/visits/{firm.firm}/offline"
    context = signed_in(browser, client, Person.of("assessor", ASSESSOR))
    page = context.pages[0]
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text) if "Security Policy" in message.text else None)
    page.goto(address)
    until(lambda: ready(page))
    page.click("#take")
    until(lambda: "on this phone" in page.inner_text("#along"))
    picture = tmp_path / "photo.jpg"
    picture.write_bytes(bytes(page.evaluate(PICTURE)))

    context.set_offline(True)
    # Closed and opened again, without a connection.
    page.close()
    page = context.new_page()
    page.goto(address)
    until(lambda: ready(page))
    note(page, "T01", "2", "Sin registro de mantenimiento")
    note(page, "T02", "3", "Visto en la nave 2")
    page.set_input_files("#T01-photo", picture)
    until(lambda: waiting(page).endswith(" 3"))
    page.close()
    page = context.new_page()
    page.goto(address)
    until(lambda: ready(page))
    assert (page.input_value("#T01-level"), page.input_value("#T02-note")) == ("2", "Visto en la nave 2")
    assert waiting(page).endswith(" 3")

    # Meanwhile they answered one of them at a desk.
    there = firm.ask("diagnosis", Role.ASSESSOR, "PUT", f"{path}/visit/T02", {"level": 1, "note": "x"}, who=ASSESSOR)
    assert there.is_success, there.text
    context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    until(lambda: waiting(page).endswith(" 1"))
    assert "choose one" in told(page, "T02")
    assert "level 1. x" in page.inner_text("#T02 .theirs p")

    def seen(question: str) -> Any:
        answer = firm.ask("diagnosis", Role.ASSESSOR, "GET", f"{path}/visit/{question}", who=ASSESSOR)
        return answer.json()

    [proof] = seen("T01")["evidence"]
    assert (seen("T01")["level"], proof["reference"], seen("T02")["level"]) == (2, "T01.jpg", 1)
    page.click("#T02 .theirs [name=mine]")
    until(lambda: seen("T02")["note"] == "Visto en la nave 2")
    until(lambda: waiting(page) == "Nothing waits on this phone.")
    kept = "async () => (await indexedDB.databases()).length + (await caches.keys()).length"
    assert page.evaluate(kept) == 2
    assert page.evaluate("localStorage.getItem('visits-unsent')") == "0"
    page.goto(f"{client.portal}/work")
    page.click("form[action='/sign-out'] button")
    page.wait_for_load_state()
    page.goto(f"{client.portal}/")
    assert page.evaluate(kept) == 0
    assert said == []
    context.close()


def test_two_people_and_a_dropped_connection_at_one_questionnaire(
    client: LocalClient, browser: Browser, firm: Developed
) -> None:
    """Nobody's words are lost, and nobody writes over the other's without seeing them."""
    assert client.portal is not None
    address = f"{client.portal}/my-firm/diagnosis/TEC"
    people = [Person.of("supplier", name, supplier=firm.firm) for name in ("ana", "berta")]
    contexts = [signed_in(browser, client, person) for person in people]
    ana, berta = (context.pages[0] for context in contexts)
    for page in (ana, berta):
        page.goto(address)

    def drafted(question: str) -> Any:
        return firm.do("diagnosis", Role.SUPPLIER, "GET", f"/diagnoses/{firm.firm}/draft/{question}")

    contexts[1].set_offline(True)
    berta.check("#T01-1")
    berta.check("#T03-2")
    until(lambda: "again" in berta.inner_text("#T03-state .told"))
    ana.check("#T01-3")
    ana.check("#T02-4")
    until(lambda: (drafted("T01")["level"], drafted("T02")["level"]) == (3, 4))
    contexts[1].set_offline(False)
    berta.evaluate("window.dispatchEvent(new Event('online'))")
    until(lambda: drafted("T03")["level"] == 2)
    until(lambda: berta.query_selector("#T01-state[data-refused] table") is not None)
    assert (drafted("T01")["level"], berta.is_checked("#T01-1")) == (3, True)
    # She has seen both, and says hers again.
    berta.click("#T01 button.second")
    until(lambda: drafted("T01")["level"] == 1)
    early = firm.ask("diagnosis", Role.SUPPLIER, "POST", f"/diagnoses/{firm.firm}/draft/submission")
    assert (early.status_code, "A01" in early.json()["detail"]) == (422, True)
    for context in contexts:
        context.close()
