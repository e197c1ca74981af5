"""What a service refuses is told to whoever types a command: no field, header or status of HTTP."""

import re

import httpx
import pytest

from deploy.cli.problems import OTHER_RELEASE, OURS, worded
from shared.i18n import LANGUAGES, Catalogue
from shared.i18n.catalogue import folder_of, messages
from shared.service.http.problem import MEDIA_TYPE

OF_HTTP = re.compile(
    r"Authorization|Content-Length|If-Match|ETag|Idempotency-Key|\bbody\b|\bAPI\b|\bform's\b|\bparameter\b|\baddress\b"
    r"|\bmethod\b|\brequest\b|\bfield\b|correlation id|\b[Ss]end\b|\b[45][0-9]{2}\b"
)
"""Words of who makes a request."""
QUOTED = re.compile("`([^`]*)`")
OPERATORS = ("pdp ", "skipped")
"""What an operator types or sees, in a sentence that is the same for both."""

WORDED_OTHERWISE = {"field_invalid", "refused", "todo"}
"""Told by the fields that are not valid; and what partners are told on their topic, which no command is."""

REACHED = ("shared.service", "shared.files")
"""Whose problems any command may meet."""


def speaks(text: str) -> bool:
    """Whether a sentence is one for who makes a request: by its words, or by a name that it quotes."""
    return OF_HTTP.search(text) is not None or not all(each.startswith(OPERATORS) for each in QUOTED.findall(text))


def answer(code: str, **more: object) -> httpx.Response:
    problem = {"type": f"urn:pdp:problem:{code}", "title": code, "status": 422, "detail": "as HTTP says it"} | more
    headers = {"Content-Type": MEDIA_TYPE, "X-Correlation-Id": "01a226a7"}
    return httpx.Response(422, json=problem, headers=headers)


def test_every_problem_that_speaks_of_http_is_worded_for_the_command_line() -> None:
    told = {code: text for owner in REACHED for code, text in messages(folder_of(owner) / "en.po").items()}
    cli = Catalogue("deploy.cli")
    # A sentence of several is told by its problem.
    speaking = {code.partition(".")[0] for code, text in told.items() if speaks(text)}
    assert {"token_missing", "resend_too_old", "field_invalid"} <= speaking
    assert [code for code in OURS for language in LANGUAGES if not cli.has(f"problem.{code}", language)] == []
    assert speaking - OURS - OTHER_RELEASE - WORDED_OTHERWISE == set()
    assert (OURS | OTHER_RELEASE) - told.keys() == set()


def test_no_sentence_of_the_command_line_speaks_of_http() -> None:
    problems = {
        code: text for code, text in messages(folder_of("deploy.cli") / "en.po").items() if code[:8] == "problem."
    }
    assert problems
    assert [code for code, text in problems.items() if speaks(text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_field_is_told_as_the_command_has_it(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    monkeypatch.setenv("PDP_LANG", language)
    errors = [
        {"field": "body.partition", "problem": "It is 6."},
        {"field": "query.limit", "problem": "No."},
    ]
    assert worded("matching", answer("invalid_request", errors=errors)) == "partition: It is 6.\nlimit: No."


def test_what_a_sentence_needs_is_in_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDP_LANG", "en")
    too_old = worded("matching", answer("resend_too_old", since="2026-10-01T00:00:00+00:00"))
    assert too_old is not None
    assert "2026-10-01" in too_old
    assert "--since" in too_old
    failed = worded("matching", answer("internal_error"))
    assert failed == "matching failed on this; its log says why, at the correlation 01a226a7."
    assert "another release" in str(worded("matching", answer("parameter_unknown")))
    assert worded("matching", answer("dead_letter_unknown")) == "as HTTP says it"
    assert worded("matching", httpx.Response(502, text="bad gateway")) is None
