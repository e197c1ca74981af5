"""No backup is kept longer than consents say, and no keys of persons longer than some days."""

import json
import tarfile
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from pydantic import ValidationError

from deploy.local.backups import ABOUT, STORE, keys_of
from deploy.local.pruning import KEYS_DAYS, LEAST_DAYS, backups_in, keys_for, prune
from services.financing.settings import Settings
from tests.deploy.program import pdp

NOW = datetime(2026, 11, 30, 3, tzinfo=UTC)


def taken(folder: Path, service: str, days: float) -> Path:
    """A backup of so many days ago, with its keys."""
    at = NOW - timedelta(days=days)
    file = folder / f"{service}-{days:g}.backup"
    with tarfile.open(file, "w") as archive:
        for name, text in ((ABOUT, {"service": service, "taken_at": at.isoformat(), "places": []}), (STORE, {})):
            said = json.dumps(text).encode()
            part = tarfile.TarInfo(name)
            part.size = len(said)
            archive.addfile(part, BytesIO(said))
    keys_of(file).write_text("x")
    return file


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


def test_a_backup_goes_before_its_days_are_over(tmp_path: Path) -> None:
    (tmp_path / "letters.tar").write_bytes(b"not ours")
    with tarfile.open(tmp_path / "others.tar", "w") as archive:
        archive.add(tmp_path / "letters.tar", "letters.tar")
    new, kept = taken(tmp_path, "financing", 0), taken(tmp_path, "financing", 28.9)
    old = taken(tmp_path, "financing", 29.1)
    other = taken(tmp_path, "matching", 400)
    assert prune(new, "financing", 30, NOW) == [old, keys_of(old), keys_of(kept)]
    assert [file for file, _ in backups_in(tmp_path)] == [other, kept, new]
    assert {"letters.tar", "others.tar", keys_of(other).name} < names(tmp_path)
    assert prune(new, "financing", 30, NOW) == []


@pytest.mark.parametrize("days", [0, 1, LEAST_DAYS])
def test_what_was_just_written_and_the_newest_good_one_are_never_removed(tmp_path: Path, days: int) -> None:
    """Also where a clock went wrong, or what was written has no keys."""
    written, good, old = (taken(tmp_path, "matching", days) for days in (50, 40, 60))
    others = {file.name for file in (taken(tmp_path, "portal", 70), taken(tmp_path, "financing", 80))}
    assert prune(written, "matching", days, NOW) == [old, keys_of(old)]
    assert names(tmp_path) - {f"{other}.keys" for other in others} - others == {
        each.name for file in (written, good) for each in (file, keys_of(file))
    }


def test_a_copy_that_broke_off_is_no_good_backup(tmp_path: Path) -> None:
    written, good = taken(tmp_path, "matching", 50), taken(tmp_path, "matching", 40)
    broken, partial, keyless = (taken(tmp_path, "matching", days) for days in (10, 9, 8))
    broken.write_bytes(broken.read_bytes()[:1030])
    partial = partial.rename(tmp_path / "matching.backup.partial")
    keys_of(partial).write_text("x")
    keys_of(keyless).unlink()
    assert prune(written, "matching", 30, NOW) == [keys_of(broken)]
    assert {good.name, keys_of(good).name, partial.name, keys_of(partial).name} < names(tmp_path)
    assert partial not in [file for file, _ in backups_in(tmp_path)]


def test_fewer_days_than_until_the_next_backup_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the command, its variable, and the setting whose number consents state."""
    assert "x>=2" in pdp("backup", "--help").out
    typed = pdp("backup", "matching", "x", "--keep-days", "1")
    monkeypatch.setenv("PDP_BACKUP_DAYS", "1")
    for told in (typed, pdp("backup", "matching", "x")):
        assert (told.code, "2" in told.err) == (2, True), told
    with pytest.raises(ValidationError, match="greater than or equal to 2"):
        Settings()


def test_keys_go_after_some_days_but_for_the_newest_which_open_what_was_not_erased(tmp_path: Path) -> None:
    new, stale, other = (
        taken(tmp_path, "financing", 1),
        taken(tmp_path, "financing", KEYS_DAYS + 1),
        taken(tmp_path, "portal", KEYS_DAYS + 1),
    )
    assert prune(new, "financing", 30, NOW) == [keys_of(stale)]
    assert keys_for(stale, "financing") == keys_of(new)
    assert keys_for(other, "portal") == keys_of(other)
    keys_of(other).unlink()
    assert keys_for(other, "portal") is None
