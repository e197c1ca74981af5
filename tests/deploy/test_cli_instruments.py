import json
from pathlib import Path

from services.diagnosis import catalogue
from tests.deploy.program import pdp

FILE = catalogue.FOLDER / catalogue.CURRENT


def test_what_there_is_is_read_by_version() -> None:
    listed = pdp("instrument", "list", "--json").json
    (current,) = [row["version"] for row in listed if row["current"]]
    shown = pdp("instrument", "show", current)
    assert "T01" in shown.out
    assert "legal_floor: 2" in shown.out
    unknown = pdp("instrument", "show", "pdp-1")
    assert (unknown.code, current in unknown.err) == (2, True)


def test_a_file_is_told_all_that_is_wrong_with_it(tmp_path: Path) -> None:
    assert "54" in pdp("instrument", "check", str(FILE)).out
    table = json.loads(FILE.read_text(encoding="utf-8"))
    table["dimensions"][0]["weight"] = 40
    table["questions"][0]["modules"] = ["M99"]
    file = tmp_path / "new.json"
    file.write_text(json.dumps(table), encoding="utf-8")
    told = pdp("instrument", "check", str(file))
    assert (told.code, "110" in told.err, "T01" in told.err) == (2, True, True)
