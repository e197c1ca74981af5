"""`pdp product check` and `pdp explain eligibility`: without any server."""

import json
from pathlib import Path

import pytest

from deploy import demo
from tests.deploy.program import pdp
from tests.financing.calls import PRODUCT

pytestmark = pytest.mark.usefixtures("in_english")
EXAMPLE = Path(demo.__file__).parent / "sample" / "explain" / "eligibility.json"


@pytest.fixture
def in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDP_LANG", "en")


def test_a_file_is_checked_by_the_rules_by_which_it_would_be_taken_all_faults_at_once(tmp_path: Path) -> None:
    file = tmp_path / "product.json"
    file.write_text(json.dumps(PRODUCT), encoding="utf-8")
    assert pdp("product", "check", str(file)).code == 0
    wrong: dict[str, object] = {
        "min_classes": [],
        "valid_from": "2026-02-01",
        "valid_until": "2026-01-01",
        "colour": "red",
    }
    wrong |= {"tickets": {"MXN": {"floor": "2.00", "ceiling": "1.00"}}}
    file.write_text(json.dumps(PRODUCT | wrong), encoding="utf-8")
    told = pdp("product", "check", str(file), "--json")
    assert told.code == 2
    faults = {each["field"]: each["text"] for each in told.json["faults"]}
    assert faults.keys() == {"min_classes", "valid_until", "colour", "tickets.MXN.ceiling"}
    assert faults["tickets.MXN.ceiling"] == "The ceiling is below the floor."


def test_eligibility_is_explained_in_words_and_as_data(tmp_path: Path) -> None:
    told = pdp("explain", "eligibility", str(EXAMPLE), "--json")
    assert (told.json["proposed"], told.json["purpose"]) == ("nafin-guaranteed-simple", "certification")
    reasons = {each["product"]: each["reasons"] for each in told.json["products"]}
    assert reasons["nafin-ejemplo"] == ["classes_not_consented"]
    assert reasons["bancomext-export-factoring"][0] == "purpose_not_served"
    assert "is the one that is proposed" in pdp("explain", "eligibility", str(EXAMPLE)).out
    (tmp_path / "half.json").write_text('{"purpose": "certification"}', encoding="utf-8")
    refused = pdp("explain", "eligibility", str(tmp_path / "half.json"))
    assert refused.code == 2
    assert refused.err.startswith("firm: ")
