"""Backups are kept for as many days as every consent says, and no longer; keys of persons beside them for fewer."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from deploy.local import backups
from deploy.local.backups import Backup, keys_of

DAILY = timedelta(days=1)
"""Until a backup is taken the next time: what is too old by then goes now."""
LEAST_DAYS = 2
"""With fewer each backup would go the moment that it is made."""
KEYS_DAYS = 7
"""With keys from before an erasure whoever has them and a copy of that time reads what was erased."""

PARTIAL = ".partial"
"""Behind the name of a copy that is under way: no backup, whatever it says of itself."""

Found = list[tuple[Path, Backup]]


def prune(written: Path, service: str, days: int, now: datetime) -> list[Path]:
    """Remove, of this service's backups in the folder of what was just written, those that would be older than so many
    days before the next one comes, with their keys; and keys older than some days. What was written and the newest
    good backup stay with their keys, however old. Returns what is gone. Raises ``OSError``.
    """
    found = [(file, backup) for file, backup in backups_in(written.parent) if backup.service == service]
    good = [file for file, _ in found if keys_of(file).exists() and backups.is_whole(file)]
    stay = {written, *good[-1:]}
    old = _before(now - timedelta(days=days) + DAILY, found, stay)
    stale = _before(now - timedelta(days=KEYS_DAYS), found, stay)
    gone = [file for file in dict.fromkeys((*old, *map(keys_of, (*old, *stale)))) if file.exists()]
    for file in gone:
        file.unlink()
    return gone


def _before(moment: datetime, found: Found, stay: set[Path]) -> list[Path]:
    return [file for file, backup in found if backup.taken_at <= moment and file not in stay]


def keys_for(file: Path, service: str) -> Path | None:
    """Where the keys are of what a backup has sealed: beside it, or, as those of then are gone, beside the newest one
    of the service in its folder.
    """
    own = keys_of(file)
    if own.exists():
        return own
    later = [keys_of(each) for each, backup in backups_in(file.parent) if backup.service == service]
    return next((each for each in reversed(later) if each.exists()), None)


def backups_in(folder: Path) -> Found:
    """The backups in a folder, the oldest first; of whatever else lies there nothing."""
    files = [file for file in folder.iterdir() if file.is_file() and file.suffix != PARTIAL]
    found = [(file, backup) for file in files if (backup := backups.about(file)) is not None]
    return sorted(found, key=lambda each: each[1].taken_at)
