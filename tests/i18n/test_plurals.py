"""A number has its words for one and for many: `{count} {count:row|rows}`."""

import re
import string
from collections.abc import Iterator

import pytest

from shared.i18n import LANGUAGES, Catalogue, Language
from shared.i18n.catalogue import folder_of, messages
from tests.i18n import codes

_TEXTS = """
    a account action address after at b band because cap character choices code column columns command
    correlation cost_from cost_to criterion data date detail dimension dimensions discriminator edition end engine error
    exit field fields file firm first formats found gate gates ge given goes_on grade gt id ids jar kind known
    last le line log lt method millions module multiple_of name names near need offer offset old option part
    partition partner path pattern pid pins place points port principal problem product question questions reason
    reasons referral resolution result role roles said sales score sectors service services shares since stratum
    supplier takes target terms tool topic total type until user version wait weight weights what where why year
"""
TEXTS = frozenset(_TEXTS.split())
"""Parameters that say what, where or which. Every other one says how many."""

ONE_FORM = {
    "en": {"registered", "selected", "resolved", "superseded", "withheld", "left", "major", "critical", "minor"}
    | {"that", "not", "by"},
    "es": {"sin", "por", "que", "RFC"},
}
"""Words behind a number that are the same for one and for many, or belong to what follows."""
UNITS = {"s", "mm", "ppm", "de", "of", "to", "a", "y", "and", "x"}

NOT_COUNTED = {
    ("services.matching", "explain.criterion"): "points of a scale, of hundreds",
    ("deploy.cli", "error.case_many"): "firms of which several are meant",
    ("deploy.cli", "error.case_rfc_many"): "firms of which none takes part",
    ("deploy.cli", "lag.offsets_retention"): "its last number is a setting",
    ("deploy.cli", "case.published"): "of an event that was published again",
}
"""Messages whose number is never one, and why."""

OWNERS = codes.owners()


def fields(message: str) -> Iterator[tuple[str, str, str]]:
    """Each parameter with its format, and what stands behind it until the next."""
    parsed = [*string.Formatter().parse(message)]
    behind = [literal for literal, *_ in parsed[1:]] + [""]
    for (_, name, spec, _), text in zip(parsed, behind, strict=True):
        if name is not None:
            yield name, spec or "", text


def fault(message: str, language: Language) -> str | None:
    """The number that has not both its forms."""
    found = [*fields(message)]
    chosen = {name for name, spec, _ in found if "|" in spec}
    for name, _, behind in found:
        words = re.match(r" ([^\W\d_]+)", behind)
        if name not in TEXTS | chosen and words and words[1] not in ONE_FORM[language] | UNITS:
            return name
    return None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("owner", OWNERS)
def test_every_number_has_its_words_for_one_and_for_many(owner: str, language: Language) -> None:
    found = messages(folder_of(owner) / f"{language}.po")
    faults = {code: name for code, message in found.items() if (name := fault(message, language))}
    assert {code: name for code, name in faults.items() if (owner, code) not in NOT_COUNTED} == {}


@pytest.mark.parametrize("owner", OWNERS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_both_forms_are_there_and_differ(owner: str, language: Language) -> None:
    for code, message in messages(folder_of(owner) / f"{language}.po").items():
        for name, spec, _ in fields(message):
            if "|" in spec:
                one, many = spec.split("|")
                assert one, many
                assert one != many, code
                assert name not in TEXTS, code


@pytest.mark.parametrize(
    ("message", "wrong"),
    [("{count} rows", "count"), ("{count} {count:row|rows}", None), ("rows: {count}", None), ("{count} s", None)],
)
def test_what_the_walk_finds(message: str, wrong: str | None) -> None:
    assert fault(message, "en") == wrong


@pytest.mark.parametrize(
    ("failures", "language", "said"),
    [
        (1, "en", "1 check does not hold. 2.0 s."),
        (2, "en", "2 checks do not hold. 2.0 s."),
        (0, "es", "0 comprobaciones no cuadran. 2.0 s."),
        (1, "es", "1 comprobación no cuadra. 2.0 s."),
    ],
)
def test_a_number_chooses(failures: int, language: Language, said: str) -> None:
    assert Catalogue("deploy.demo").text("report.failed", language, failures=failures, seconds="2.0") == said
