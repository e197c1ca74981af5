"""No backup is kept longer than consents say, and no keys of persons longer than some days."""

import json
import tarfile
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

from deploy.local.backups import ABOUT, STORE, keys_of
from deploy.local.pruning import KEYS_DAYS, backups_in, keys_for, prune

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


def test_a_backup_goes_before_its_days_are_over(tmp_path: Path) -> None:
    (tmp_path / "letters.tar").write_bytes(b"not ours")
    with tarfile.open(tmp_path / "others.tar", "w") as archive:
        archive.add(tmp_path / "letters.tar", "letters.tar")
    kept = [taken(tmp_path, "financing", 0), taken(tmp_path, "financing", 28.9)]
    old = [taken(tmp_path, "financing", 29.1), taken(tmp_path, "matching", 400)]
    assert sorted(file for file in prune(tmp_path, 30, NOW) if file.suffix == ".backup") == sorted(old)
    assert [file for file, _ in backups_in(tmp_path)] == [*reversed(kept)]
    assert {file.name for file in tmp_path.iterdir() if file.suffix == ".tar"} == {"letters.tar", "others.tar"}
    assert prune(tmp_path, 30, NOW) == []


def test_keys_go_after_some_days_but_for_the_newest_which_open_what_was_not_erased(tmp_path: Path) -> None:
    new, stale, other = (
        taken(tmp_path, "financing", 1),
        taken(tmp_path, "financing", KEYS_DAYS + 1),
        taken(tmp_path, "portal", KEYS_DAYS + 1),
    )
    assert prune(tmp_path, 30, NOW) == [keys_of(stale)]
    assert keys_for(stale, "financing") == keys_of(new)
    assert keys_for(other, "portal") == keys_of(other)
    keys_of(other).unlink()
    assert keys_for(other, "portal") is None
