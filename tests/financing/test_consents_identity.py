"""Whose identity a consent hands over: compared with its registration before anything goes to a partner."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.financing.domain.case import Case
from services.financing.domain.consent import IdentityPapers
from services.financing.domain.identify import with_needs
from services.financing.handlers import consents, referrals
from shared.contracts import partner as contract
from shared.messaging.decision import Decision, Refused
from tests.financing.given import (
    FIRM,
    NOW,
    PAPERS,
    PROFILE,
    TERMS,
    asked,
    consented,
    firm,
    of_type,
    state,
)

LATER = NOW + timedelta(days=1)


def code(outcome: object) -> str:
    assert isinstance(outcome, Refused), outcome
    return outcome.code


PERSON = firm(profile=replace(PROFILE, kind="natural", rfc=None))
OWN = IdentityPapers("GODE561231GR8", "Eduardo Gómez de la Torre", "Eduardo Gómez de la Torre")


def of_a_person() -> Case:
    return consented(PERSON, papers=replace(PAPERS, identity=OWN))


def confirm(case: Case, rfc: str = OWN.rfc, name: str = OWN.legal_name) -> Any:
    return consents.confirm_identity(case, case.consents[-1].id, rfc, name, LATER, TERMS)


def test_nothing_of_a_natural_person_goes_out_before_its_identity_is_compared() -> None:
    case = of_a_person()
    assert code(referrals.refer(case, asked(case), LATER, TERMS)) == "identity_unconfirmed"
    confirmed = confirm(case)
    assert (confirmed.events, state(confirmed).consents[0].identity_confirmed_at) == ((), LATER)
    sent = referrals.refer(state(confirmed), asked(case), LATER, TERMS)
    assert [told.identity.rfc for told in of_type(sent, contract.Referral)] == [OWN.rfc]


@pytest.mark.parametrize(
    ("rfc", "name"),
    [("GODE561231GR9", OWN.legal_name), (OWN.rfc, "Eduarda Gómez de la Torre"), (OWN.rfc, "Eduardo Gómez")],
)
def test_anothers_identity_is_not_confirmed(rfc: str, name: str) -> None:
    assert code(confirm(of_a_person(), rfc, name)) == "identity_differs"


@pytest.mark.parametrize("name", ["GOMEZ DE LA TORRE, EDUARDO", "eduardo  gómez de la torre"])
def test_a_name_is_the_same_without_accents_case_signs_and_order(name: str) -> None:
    assert state(confirm(of_a_person(), name=name)).consents[0].identity_confirmed_at == LATER


def test_another_consent_is_compared_anew_and_the_same_one_is_not() -> None:
    case = state(confirm(of_a_person()))
    again = consented(case, papers=replace(PAPERS, identity=OWN))
    assert again == case
    other = consented(case, papers=replace(PAPERS, identity=replace(OWN, rfc="GODE561231GR9")))
    assert code(referrals.refer(other, asked(other), LATER, TERMS)) == "identity_unconfirmed"


def test_a_consent_that_names_no_identity_needs_no_comparison() -> None:
    case = consented(PERSON, classes=("need",))
    nameless = replace(TERMS, products=tuple(replace(each, min_classes=("need",)) for each in TERMS.products))
    assert isinstance(referrals.refer(case, asked(case), NOW, nameless), Decision)
    assert code(confirm(case)) == "papers_erased"


def test_a_legal_person_whose_profile_came_later_is_compared_too() -> None:
    """When it consented, nobody here knew its RFC."""
    early = replace(consented(replace(FIRM, profile=None)), profile=replace(PROFILE, rfc="SAT970701NN3"))
    case = with_needs(early, TERMS, NOW.date())
    assert code(referrals.refer(case, asked(case), NOW, TERMS)) == "identity_differs"


def test_a_legal_person_that_was_registered_under_another_name_later_is_not_referred() -> None:
    renamed = replace(consented(FIRM), profile=replace(PROFILE, legal_name="Troqueles Renombrados SA de CV"))
    assert code(referrals.refer(renamed, asked(renamed), NOW, TERMS)) == "identity_differs"


@pytest.mark.parametrize(
    "name",
    ["Troqueles Inventados S.A. de C.V.", "TROQUELES INVENTADOS, S. A. de C. V.", "troqueles inventados sa de cv"],
)
def test_a_legal_person_s_name_is_the_same_however_its_form_is_abbreviated(name: str) -> None:
    there = replace(FIRM, profile=replace(PROFILE, legal_name="Troqueles Inventados SA de CV"))
    named = IdentityPapers("TME840315KT6", name, "Ana Ejemplo")
    case = consented(there, papers=replace(PAPERS, identity=named))
    assert isinstance(referrals.refer(case, asked(case), NOW, TERMS), Decision)


def test_an_unknown_consent_has_no_identity() -> None:
    assert code(consents.confirm_identity(firm(), FIRM.id, "X", "Y", NOW, TERMS)) == "consent_unknown"
