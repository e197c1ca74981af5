import csv
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.mx import rfc as stdnum

from services.registration.domain.rfc import (
    INCONVENIENT,
    TABLE,
    DoubtfulRfc,
    RefusedRfc,
    ValidRfc,
    check_digit,
    judge,
    normalise,
    terms,
)

SAT_LIST = Path(__file__).parents[3] / "shared" / "data" / "sat_69b_personas_morales_rfc_situacion.csv"

LETTERS = string.ascii_uppercase + "&Ñ"


@st.composite
def bodies(draw: st.DrawFn) -> str:
    """A well-formed RFC without its check digit."""
    letters = "".join(draw(st.lists(st.sampled_from(LETTERS), min_size=3, max_size=4)))
    if letters in INCONVENIENT:
        letters = letters[:3] + "X"
    day = draw(st.dates().map(lambda day: day.strftime("%y%m%d")))
    if day.endswith("0229"):
        day = "000229"
    first = draw(st.sampled_from("123456789ABCDEFGHIJKLMNOPQRSTUV"))
    second = draw(st.sampled_from("123456789" + string.ascii_uppercase))
    return letters + day + first + second


@pytest.mark.parametrize(
    "rfc",
    ["SAT970701NN3", "MAB9307148T4", "TME840315KT6", "FMO830423976", "VME640813HF6", "GODE561231GR8"],
)
def test_the_published_examples_are_valid(rfc: str) -> None:
    assert judge(rfc) == ValidRfc(rfc, "natural" if len(rfc) == 13 else "legal")


def test_the_worked_case_of_sat_adds_up_to_1026() -> None:
    assert sum(term.value * term.weight for term in terms("GODE561231GR8")) == 1026
    assert check_digit("GODE561231GR8") == "8"


@pytest.mark.parametrize(
    ("given_", "rfc"),
    [
        (" gode-561231 gr8 ", "GODE561231GR8"),
        ("MAB\u2013930714\u00a08T4", "MAB9307148T4"),
        ("n\u0303an9307148t4", "ÑAN9307148T4"),
        ("p&g9307148t4", "P&G9307148T4"),
    ],
)
def test_spaces_dashes_and_case_do_not_count(given_: str, rfc: str) -> None:
    assert normalise(given_) == rfc


@pytest.mark.parametrize(
    ("rfc", "reasons"),
    [
        ("", ("rfc_length",)),
        ("MAB930714", ("rfc_length",)),
        ("MAB9307148T44X", ("rfc_length",)),
        ("M1B9307148T4", ("rfc_letters",)),
        ("MAB9302308T4", ("rfc_date",)),
        ("MAB010229AA1", ("rfc_date",)),
        ("MAB9313018T4", ("rfc_date",)),
        ("MAB93071487#", ("rfc_homoclave",)),
        ("MAB9307148٤4", ("rfc_homoclave",)),
        ("XAXX010101000", ("rfc_generic",)),
        ("XEXX010101000", ("rfc_generic",)),
        ("xexx 010101-000", ("rfc_generic",)),
        ("XXXXXXXXXXXX", ("rfc_redacted",)),
        ("PENE561231GR8", ("rfc_inconvenient_word",)),
        ("M1B9302308T#", ("rfc_letters", "rfc_date", "rfc_homoclave")),
    ],
)
def test_what_nobody_can_have_is_refused(rfc: str, reasons: tuple[str, ...]) -> None:
    verdict = judge(rfc)
    assert isinstance(verdict, RefusedRfc)
    assert verdict.reasons == reasons


@pytest.mark.parametrize(
    ("rfc", "doubts"),
    [
        ("VACE460910SX6", ("rfc_check_digit",)),
        ("CCM650122I06", ("rfc_homoclave_unusual",)),
        ("MAB930714WT4", ("rfc_homoclave_unusual", "rfc_check_digit")),
        ("MAB9307148TB", ("rfc_homoclave_unusual", "rfc_check_digit")),
    ],
)
def test_what_is_seldom_but_in_use_is_for_an_operator(rfc: str, doubts: tuple[str, ...]) -> None:
    verdict = judge(rfc)
    assert isinstance(verdict, DoubtfulRfc)
    assert verdict.reasons == doubts


def test_a_refused_rfc_has_the_kind_that_its_length_tells() -> None:
    kinds = [judge(rfc) for rfc in ("XXXXXXXXXXXX", "XAXX010101000", "abc")]
    assert [verdict.kind for verdict in kinds] == ["legal", "natural", None]


def test_inconvenient_words_are_for_natural_persons_only() -> None:
    # Of a legal person PEN and CAC are letters as others.
    assert not isinstance(judge("PEN9307148T4"), RefusedRfc)
    assert len(INCONVENIENT) == 41


def test_29_february_00_was_in_2000() -> None:
    assert not isinstance(judge("MAB000229AA1"), RefusedRfc)


@given(bodies())
def test_exactly_one_check_digit_fits_and_python_stdnum_agrees(body: str) -> None:
    verdicts = {digit: judge(body + digit) for digit in "0123456789A"}
    fitting = [digit for digit, verdict in verdicts.items() if isinstance(verdict, ValidRfc)]
    assert fitting == [stdnum.calc_check_digit(body)]
    assert all(isinstance(verdict, ValidRfc | DoubtfulRfc) for verdict in verdicts.values())


@given(bodies(), st.sampled_from(LETTERS))
def test_the_character_of_weight_11_is_never_checked(body: str, letter: str) -> None:
    blind = len(body) - 10
    assert check_digit(body + "0") == check_digit(body[:blind] + letter + body[blind + 1 :] + "0")


@given(st.text(alphabet=TABLE + string.ascii_lowercase + "-#\u00a0٣", max_size=16))
def test_any_text_gets_a_verdict_and_normalising_again_changes_nothing(text: str) -> None:
    verdict = judge(text)
    assert judge(verdict.rfc) == verdict


def sat_entries() -> Iterator[tuple[str, bool]]:
    if not SAT_LIST.exists():
        pytest.skip(f"needs the public list {SAT_LIST.name} beside the repository, in ../shared/data")
    with SAT_LIST.open(encoding="utf-8", newline="") as file:
        seen = {row["rfc"]: row["digito_verificador_ok"] == "1" for row in csv.DictReader(file)}
    yield from seen.items()


def test_every_rfc_of_the_tax_authoritys_list_gets_the_expected_verdict() -> None:
    entries = dict(sat_entries())
    verdicts = {rfc: judge(rfc) for rfc in entries}
    assert len(entries) == 9_900
    assert not [rfc for rfc, verdict in verdicts.items() if isinstance(verdict, RefusedRfc)]
    assert {rfc for rfc, verdict in verdicts.items() if isinstance(verdict, DoubtfulRfc)} == {
        rfc for rfc, fits in entries.items() if not fits
    }
    assert sum(isinstance(verdict, DoubtfulRfc) for verdict in verdicts.values()) == 27
