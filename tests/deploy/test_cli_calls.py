import json
from pathlib import Path

from services.development import catalogue
from tests.deploy.program import pdp

FILE = catalogue.FOLDER / "call.json"


def test_what_there_is_is_read_by_version() -> None:
    listed = pdp("call", "list", "--json").json
    (current,) = [row["version"] for row in listed if row["current"]]
    assert "limits.capacity" in pdp("call", "show", current).out
    unknown = pdp("call", "show", "call-1")
    assert (unknown.code, current in unknown.err) == (2, True)


def test_a_file_is_told_all_that_is_wrong_with_it(tmp_path: Path) -> None:
    assert pdp("call", "check", str(FILE)).code == 0
    table = json.loads(FILE.read_text(encoding="utf-8"))
    table["weights"]["readiness"] = 40
    table["limits"]["k"] = 0
    file = tmp_path / "new.json"
    file.write_text(json.dumps(table), encoding="utf-8")
    told = pdp("call", "check", str(file))
    assert (told.code, "110" in told.err, "limits.k" in told.err) == (2, True, True)
