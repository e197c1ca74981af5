"""The catalogue as released: consistent in itself and with the published language."""

import json
import shutil
from pathlib import Path
from typing import get_args

import pytest

from services.financing.catalogue import FOLDER, CatalogueError, read
from services.financing.domain import reasons
from services.financing.domain.partner import partner
from services.financing.domain.product import Product
from services.financing.domain.terms import Limits
from shared.contracts.financing import DataClass, Purpose, ReferralState
from shared.contracts.outsiders import DeclineReason
from shared.contracts.registration import Stratum, TaxOpinion
from tests.financing.given import TERMS

CATALOGUE = read()


def test_names_the_version_of_each_table() -> None:
    assert CATALOGUE.version == "products-2026.4/needs-2026.2/declines-2026.1"


def test_knows_the_three_first_partners() -> None:
    assert {item.code: item.kind for item in CATALOGUE.partners} == {
        "nafin": "development_bank",
        "bancomext": "development_bank",
        "cluster": "non_financial",
    }


@pytest.mark.parametrize("product", CATALOGUE.products, ids=lambda product: product.code)
def test_each_product_is_of_a_known_partner_and_vocabulary(product: object) -> None:
    assert isinstance(product, type(CATALOGUE.products[0]))
    owner = TERMS.partner(product.partner)
    assert owner is not None
    assert (product.shape == "non_financial") == (owner.kind == "non_financial")
    assert set(product.purposes) <= set(get_args(Purpose))
    assert set(product.strata) <= set(get_args(Stratum))
    assert set(product.tax_opinions) <= set(get_args(TaxOpinion))
    assert product.tickets
    assert product.max_term_months > 0


@pytest.mark.parametrize("product", CATALOGUE.products, ids=lambda product: product.code)
def test_each_product_says_what_its_partner_cannot_do_without_and_why(product: Product) -> None:
    owner = TERMS.partner(product.partner)
    assert owner is not None
    assert {"identity", "contact"} <= set(product.min_classes) <= owner.data_classes
    assert "Least data: " in product.source


def test_product_codes_are_unique() -> None:
    codes = [product.code for product in CATALOGUE.products]
    assert len(codes) == len(set(codes))


def test_every_product_says_what_must_be_verified() -> None:
    written = json.loads((FOLDER / "products.json").read_text())
    assert "assumptions" in written["status"]
    assert all(product["to_verify"] for product in written["products"])


def test_every_limit_says_where_it_is_from_and_the_ceilings_of_direct_credit_are_assumed() -> None:
    written = json.loads((FOLDER / "products.json").read_text())
    sources = {
        (product["code"], currency, end): ticket.get("source", {}).get(end, "")
        for product in written["products"]
        for currency, ticket in product["tickets"].items()
        for end in ("floor", "ceiling")
        if ticket[end] is not None
    }
    assert [limit for limit, source in sources.items() if not source.startswith(("public: ", "assumption: "))] == []
    assumed = {limit for limit, source in sources.items() if source.startswith("assumption: ")}
    assert {("bancomext-direct", currency, "ceiling") for currency in ("MXN", "USD")} <= assumed


@pytest.mark.parametrize(
    ("purpose", "questions"),
    [
        ("receivables", {"F02", "F06"}),
        ("purchase_order", {"C05"}),
        ("tooling", {"T11"}),
        ("machinery", {"T14", "O04", "O05"}),
        ("certification", {"T01", "T12"}),
        ("measuring", {"T09", "G06"}),
        ("energy", {"A05", "A02"}),
        ("export", {"C07"}),
    ],
)
def test_questions_lead_to_purposes(purpose: str, questions: set[str]) -> None:
    assert [set(rule.questions) for rule in CATALOGUE.needs if rule.purpose == purpose] == [questions]


def test_every_purpose_has_a_rule_and_a_product() -> None:
    assert {rule.purpose for rule in CATALOGUE.needs} == set(get_args(Purpose))
    assert all(TERMS.products_for(rule.purpose) for rule in CATALOGUE.needs)


@pytest.mark.parametrize(
    ("purpose", "first"),
    [
        ("receivables", "nafin-cadenas-productivas"),
        ("purchase_order", "bancomext-auto-working-capital"),
        ("tooling", "bancomext-auto-tooling"),
        ("certification", "nafin-guaranteed-simple"),
        ("export", "bancomext-export-factoring"),
        ("collateral", "nafin-automatic-guarantee"),
    ],
)
def test_the_first_option_of_a_purpose(purpose: Purpose, first: str) -> None:
    assert TERMS.products_for(purpose)[0].code == first


def test_no_product_takes_any_amount() -> None:
    """A ceiling, or what the buyer buys: else a slip of three digits goes out."""
    open_ended = {
        product.code
        for product in CATALOGUE.products
        if not product.by_buyer and any(ticket.ceiling is None for ticket in product.tickets.values())
    }
    assert open_ended == set()


def test_every_refusal_has_its_questions() -> None:
    assert set(CATALOGUE.decline_questions) == set(get_args(DeclineReason))
    assert {
        reason: CATALOGUE.decline_questions[reason]
        for reason in (
            "statements_not_reliable",
            "low_liquidity",
            "high_leverage",
            "tax_not_in_order",
            "credit_history",
        )
    } == {
        "statements_not_reliable": ("F01",),
        "low_liquidity": ("F02",),
        "high_leverage": ("F03",),
        "tax_not_in_order": ("F05",),
        "credit_history": ("F06",),
    }


def test_vocabularies_are_those_of_the_published_language() -> None:
    assert get_args(reasons.Purpose) == get_args(Purpose)
    assert get_args(reasons.DataClass) == get_args(DataClass)
    assert get_args(reasons.ReferralState) == get_args(ReferralState)


def test_consent_texts_name_every_purpose_and_class() -> None:
    for text in CATALOGUE.texts:
        assert set(text.purposes) == set(get_args(Purpose))
        assert set(text.data_classes) == set(get_args(DataClass))


def test_an_edited_consent_text_is_refused(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "catalogue")
    text = tmp_path / "catalogue" / "consent_texts" / "credit-es-2026.1.txt"
    text.write_text(text.read_text().replace("a nadie más", "a quien haga falta"))
    with pytest.raises(CatalogueError):
        read(tmp_path / "catalogue")


def test_a_stored_partner_replaces_the_catalogues() -> None:
    changed = partner("nafin", "Nacional Financiera", "development_bank", 30)
    new = partner("estado", "Fondo estatal", "non_financial", 10)
    known = {item.code: item for item in CATALOGUE.terms((changed, new), Limits()).partners}
    assert known["nafin"].sla_days == 30
    assert set(known) == {"nafin", "bancomext", "cluster", "estado"}


@pytest.mark.parametrize(("code", "days"), [("Nafin", 1), ("n", 1), ("a.b", 1), ("nafin", 0)])
def test_a_partner_needs_a_code_that_a_topic_can_carry_and_days(code: str, days: int) -> None:
    with pytest.raises(ValueError, match="a partner needs"):
        partner(code, "Nombre", "bank", days)
