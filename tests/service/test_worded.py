"""What is shown with sentences is another representation in another language, and the same version."""

from typing import Any

import pytest
from fastapi import Response

from shared.i18n import LANGUAGES, Catalogue, speak, worded
from shared.service.http import Problem, View, Worded
from shared.service.http.changes import Changing
from shared.service.http.showing import NotModified, Showing, etag

CATALOGUE = Catalogue("services.registration")


class Why(View):
    code: str
    text: Worded


class Outcome(View):
    reasons: list[Why]


def view(language: str) -> Outcome:
    speak(language, CATALOGUE)
    return Outcome(reasons=[Why(code="rfc_taken", text=worded("rfc_taken"))])


def tag(language: str) -> str:
    answer = Response()
    Showing(answer).shown(view(language))
    return answer.headers["ETag"]


def test_its_tag_says_in_which_language_it_is() -> None:
    assert {each: tag(each)[-4:] for each in LANGUAGES} == {"es": '.es"', "en": '.en"'}
    for language in LANGUAGES:
        with pytest.raises(NotModified):
            Showing(Response(), seen=tag(language)).shown(view(language))
        other = next(each for each in LANGUAGES if each != language)
        shown = Showing(Response(), seen=tag(other)).shown(view(language))
        assert shown.reasons[0].text == view(language).reasons[0].text, "nobody reads on in the language of before"


def test_a_change_takes_the_version_that_was_seen_in_either_language() -> None:
    request: Any = None
    for language in LANGUAGES:
        for other in LANGUAGES:
            Changing(Response(), request, if_match=tag(other)).check(view(language))
    for wrong in ('"x.es"', tag("es").replace(".es", ".es.es")):
        with pytest.raises(Problem):
            Changing(Response(), request, if_match=wrong).check(view("es"))


def test_what_has_no_sentences_has_one_tag() -> None:
    answer = Response()
    shown = Showing(answer).shown({"name": "Ana"})
    assert answer.headers["ETag"] == etag(shown)
