"""Words and deeds: what a consent says of recipients, data, days and who is responsible is what the code does."""

import re
from dataclasses import replace
from datetime import date
from itertools import chain, combinations
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from services.financing.app import build
from services.financing.domain.consent_text import Choice, ConsentText, Controller, Promised, show
from services.financing.domain.partner import ALL_CLASSES
from services.financing.domain.reasons import DataClass, Purpose
from services.financing.domain.terms import Limits, Terms
from services.financing.handlers import consents, referrals
from services.financing.settings import Settings, UnnamedControllerError
from shared.contracts import partner as contract
from shared.contracts.event import Value
from shared.messaging.decision import Decision, Refused
from shared.messaging.topics import DAY_MS, catalogue
from tests.financing.given import (
    CLASSES,
    NOW,
    TERMS,
    UNTIL,
    asked,
    consented,
    firm,
    need_of,
    of_type,
    offered,
    state,
)

NAMED = Controller(
    "Programa, A.C.", "Calle Inventada 1, Toluca", "datos@programa.example", "https://programa.example/aviso"
)
ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy/kubernetes/chart"
PARTS: dict[DataClass, type[Value]] = {
    "identity": contract.Identity,
    "contact": contract.Contact,
    "standing": contract.Standing,
    "need": contract.Need,
    "capacity": contract.Capacity,
    "evidence": contract.Evidence,
}
"""What of a referral each class of data lets go."""
NOT_OF_THE_FIRM = {"test"}
"""Fields of a referral that say nothing of a firm."""


def words(partner: str = "nafin", purposes: tuple[Purpose, ...] = ("certification",), terms: Terms = TERMS) -> str:
    known = terms.partner(partner)
    assert known is not None
    classes = tuple(name for name in CLASSES if name in known.data_classes)
    return consents.words(known, Choice(purposes, classes, UNTIL), terms)[0].body


def with_limits(**different: Any) -> Terms:
    return replace(TERMS, limits=replace(TERMS.limits, **different))


def text(partner: str) -> ConsentText:
    known = TERMS.partner(partner)
    assert known is not None
    return TERMS.text_for(known)


def code(outcome: object) -> str:
    assert isinstance(outcome, Refused), outcome
    return outcome.code


@pytest.mark.parametrize("partner", ["nafin", "cluster"])
@pytest.mark.parametrize("days", ["partner_days", "erase_days", "approval_days", "backup_days"])
def test_the_words_say_for_how_many_days_what_is_kept(partner: str, days: str) -> None:
    assert "771 días" in words(partner, terms=with_limits(**{days: 771}))
    assert "771" not in words(partner)


def test_the_days_that_are_said_are_those_that_are_kept() -> None:
    limits = Settings().limits
    assert limits == Limits()
    [topic] = [spec.config for spec in catalogue(["nafin"]) if spec.name == "partner.nafin.referrals.v1"]
    # Whole segments go: its first records lie there until its last one is old enough.
    longest = int(topic["retention.ms"]) + int(topic["segment.ms"])
    assert limits.partner_days - 1 < longest / DAY_MS <= limits.partner_days
    retention = yaml.safe_load((CHART / "values.yaml").read_text())["backup"]["retention"]
    # The base backup before the window is kept with it.
    assert f"{limits.backup_days - 1}d" == retention
    assert "add1 (trimSuffix" in (CHART / "templates" / "deployment.yaml").read_text()


CARRIED_OUT = {
    "partner_days": "tests/conformance/test_topics.py::test_trap_15_retention_goes_by_the_broker_s_clock",
    "erase_days": "tests/financing/test_referral.py::test_papers_go_after_the_end",
    "approval_days": "tests/financing/test_consent_kept.py::test_nor_what_was_approved_and_is_not_paid",
    "backup_days": "tests/deploy/test_pruning.py::test_a_backup_goes_before_its_days_are_over",
    "expires_on": "tests/financing/test_timers.py::test_an_unused_consent_is_erased_when_it_expires",
    "doy otro": "tests/financing/test_consents.py::test_the_last_word_replaces_the_one_before_and_its_papers",
    "revocación": "tests/financing/test_consents.py::test_taking_it_back_withdraws_erases_and_tells_the_partner",
    "lo que guarda para este fin": "tests/financing/test_refusals.py::"
    "test_what_a_partner_wrote_in_vain_goes_with_the_referral_that_it_is_about",
    "deja el Programa": "tests/financing/test_consent_kept.py::test_who_left_hands_nothing_over_any_more",
    "quedan bloqueados": "tests/financing/test_texts.py::test_once_it_is_over_operators_open_it_on_a_ground",
    "31 días": "tests/financing/test_consent_walk.py::test_each_topic_is_in_the_words_with_its_days",
    "sin los datos mismos": "tests/financing/test_texts.py::test_it_holds_when_partner_product_and_text_have_changed",
    "veinte días hábiles": "tests/registration/test_arco.py::"
    "test_twenty_working_days_for_the_answer_and_fifteen_to_carry_it_out",
}
"""Each period and moment that the words in force state, and the test of what carries it out."""
STATED = re.compile(r"\$(\w*_days|expires_on)|(\w+ días hábiles)|(\d+ (?:días|meses|años))")


def test_each_period_that_is_stated_is_carried_out() -> None:
    texts = [each.template for each in TERMS.texts if each.version.endswith("2026.5")]
    assert len(texts) == 2
    for template in texts:
        stated = {next(filter(None, found)) for found in STATED.findall(template)}
        assert stated <= CARRIED_OUT.keys()
        assert all(said in template for said in CARRIED_OUT)
    for where in CARRIED_OUT.values():
        file, _, test = where.partition("::")
        assert f"def {test}" in (ROOT / file).read_text("utf-8"), where


@pytest.mark.parametrize("partner", ["nafin", "cluster"])
def test_the_words_say_who_is_responsible_and_where_people_turn_to(partner: str) -> None:
    said = words(partner, terms=with_limits(controller=NAMED))
    assert all(value in said for value in (NAMED.name, NAMED.address, NAMED.contact, NAMED.privacy_notice))
    for right in ("revocarlo en cualquier momento", "derechos ARCO", "veinte días hábiles", "DOF 20-03-2025"):
        assert right in said


def test_where_people_really_sign_in_somebody_is_responsible(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "[demostración" in words()
    monkeypatch.setenv("PDP_OIDC_ISSUER", "https://identidad.programa.example")
    with pytest.raises(UnnamedControllerError, match="PDP_CONTROLLER_NAME"):
        build()
    given = {"NAME": NAMED.name, "ADDRESS": NAMED.address, "CONTACT": NAMED.contact}
    for name, value in given.items():
        monkeypatch.setenv(f"PDP_CONTROLLER_{name}", value)
    with pytest.raises(UnnamedControllerError, match="PDP_PRIVACY_NOTICE_URL"):
        build()
    monkeypatch.setenv("PDP_PRIVACY_NOTICE_URL", NAMED.privacy_notice)
    assert Settings().limits.controller == NAMED


@pytest.mark.parametrize("partner", ["nafin", "cluster"])
def test_the_words_name_each_field_that_goes(partner: str) -> None:
    """A field more in the contract needs a text that names it."""
    shown = text(partner)
    assert {name: set(fields) for name, fields in shown.fields.items()} == {
        name: set(part.model_fields) for name, part in PARTS.items()
    }
    assert set(shown.always) == contract.Referral.model_fields.keys() - PARTS.keys() - NOT_OF_THE_FIRM
    assert all(name in words(partner) for name in shown.always.values())


SUBSETS = [*chain.from_iterable(combinations(CLASSES, size) for size in range(1, len(CLASSES) + 1))]


def sent(partner: str, product: str, classes: tuple[DataClass, ...]) -> contract.Referral:
    case = consented(partner=partner, purposes=("certification",), classes=classes)
    [event] = of_type(referrals.refer(case, asked(case, product=product), NOW, TERMS), contract.Referral)
    assert isinstance(event, contract.Referral)
    return event


def lacking(partner: str, product: str, classes: tuple[DataClass, ...]) -> list[str]:
    """What a referral is refused for, under a consent to these classes."""
    case = consented(partner=partner, purposes=("certification",), classes=classes)
    refused = referrals.refer(case, asked(case, product=product), NOW, TERMS)
    assert isinstance(refused, Refused)
    assert refused.code == "data_classes_missing"
    return [each["code"] for each in refused.params["classes"]]


@pytest.mark.parametrize(
    ("partner", "product"), [("nafin", "nafin-guaranteed-simple"), ("cluster", "cluster-certification-grant")]
)
def test_of_every_choice_the_fields_go_that_its_words_name_and_no_other(partner: str, product: str) -> None:
    known = TERMS.partner(partner)
    assert known is not None
    for classes in SUBSETS:
        if not set(classes) <= known.data_classes:
            continue
        least = TERMS.product(product)
        assert least is not None
        if missing := [each for each in least.min_classes if each not in classes]:
            assert lacking(partner, product, classes) == [f"data.{each}" for each in missing]
            continue
        data = sent(partner, product, classes).model_dump(exclude_none=True)
        named = text(partner)
        assert {name: set(data[name]) for name in ALL_CLASSES & data.keys()} == {
            name: set(named.fields[name]) for name in classes
        }
        assert data.keys() - ALL_CLASSES - NOT_OF_THE_FIRM == named.always.keys()


def test_the_consent_goes_with_the_referral_as_values() -> None:
    case = consented()
    reference = sent("nafin", "nafin-guaranteed-simple", CLASSES).consent
    promised = case.consents[0].promised
    assert promised is not None
    assert (reference.recipient, reference.controller) == ("Nacional Financiera", TERMS.limits.controller.name)
    assert (reference.purposes, reference.erase_days) == (("certification",), 90)
    assert reference.intermediated == ("nafin-guaranteed-simple",)
    assert case.consents[0].given_by is not None


def test_the_words_name_the_products_that_somebody_else_receives() -> None:
    both = words(purposes=("certification", "receivables"))
    assert "Crédito simple con garantía NAFIN" in both
    assert "Factoraje con banco o SOFOM" in both
    assert "Cadenas Productivas" not in both, "its buyer starts it: nobody else receives anything"
    assert "Factoraje con banco o SOFOM" not in words(purposes=("certification",))
    alone = words("cluster")
    assert "No los recibe nadie más." in alone
    assert "SOFOM" not in alone


def through_an_intermediary(product: str) -> Terms:
    """The rules once this product goes another way."""
    moved = (replace(each, shape="to_intermediary") if each.code == product else each for each in TERMS.products)
    return replace(TERMS, products=tuple(moved))


def test_nobody_receives_what_the_words_do_not_say() -> None:
    case = consented()
    need = need_of(case, "receivables")
    ask = asked(case, need_id=need, product="nafin-cadenas-productivas", term_months=3)
    assert isinstance(referrals.refer(case, ask, NOW, TERMS), Decision)
    later = through_an_intermediary("nafin-cadenas-productivas")
    assert code(referrals.refer(case, ask, NOW, later)) == "intermediary_not_consented"


def test_words_from_before_that_say_nobody_else_mean_it() -> None:
    case = consented()
    old = replace(case, consents=(replace(case.consents[0], promised=None),))
    assert code(referrals.refer(old, asked(old), NOW, TERMS)) == "intermediary_not_consented"


def with_key(partner: str, key: dict[str, str] | None) -> Terms:
    """The rules once this partner has such a key."""
    changed = (replace(each, encrypt_to=key) if each.code == partner else each for each in TERMS.partners)
    return replace(TERMS, partners=tuple(changed))


OWN_KEY, CONNECTION = "llave que sólo Nacional Financiera tiene", "no van cifradas con una llave propia"


def test_the_words_say_whether_what_is_sent_is_encrypted_to_the_partner_s_own_key() -> None:
    """And nothing goes in clear under words that promise it; more than was promised may be done."""
    keyed, without = with_key("nafin", {"kid": "2026"}), TERMS
    for terms, said, unsaid in ((keyed, OWN_KEY, CONNECTION), (without, CONNECTION, OWN_KEY)):
        assert (said in words(terms=terms), unsaid in words(terms=terms)) == (True, False)
    told, not_told = state(consents.give(firm(), offered(terms=keyed), NOW, keyed)), consented()
    promised = [case.consents[0].promised for case in (told, not_told)]
    assert [each is not None and each.encrypted for each in promised] == [True, False]
    assert code(referrals.refer(told, asked(told), NOW, without)) == "partner_without_key"
    for case in (told, not_told):
        assert isinstance(referrals.refer(case, asked(case), NOW, keyed), Decision)


def test_words_from_before_say_nothing_of_it_and_promise_nothing() -> None:
    keyed = with_key("nafin", {"kid": "2026"})
    old = replace(keyed, texts=tuple(each for each in TERMS.released if each.version.endswith("2026.3")))
    known = keyed.partner("nafin")
    assert known is not None
    assert (old.promised(known, ()).encrypted, "llave" in words(terms=old)) == (False, False)


def test_every_released_text_is_still_rendered() -> None:
    known = TERMS.partner("nafin")
    assert known is not None
    choice = Choice(get_args(Purpose), CLASSES, date(2026, 12, 31))
    promised: Promised = TERMS.promised(known, choice.purposes)
    old = [show(each, choice, promised).sha256 for each in TERMS.texts_of("consent-credit-es-2026.1")]
    assert old == ["ed209a18a8dee57dc1f81a078870a1c35d177e6d8638faa5742471d0000897bf"]
