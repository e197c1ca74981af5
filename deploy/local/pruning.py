"""Backups are kept for as many days as every consent says, and no longer; keys of persons beside them for fewer."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from deploy.local import backups
from deploy.local.backups import Backup, keys_of

DAILY = timedelta(days=1)
"""Until a backup is taken the next time: what is too old by then goes now."""
KEYS_DAYS = 7
"""With keys from before an erasure whoever has them and a copy of that time reads what was erased."""

Found = list[tuple[Path, Backup]]


def prune(folder: Path, days: int, now: datetime) -> list[Path]:
    """Remove the backups in this folder that would be older than so many days before the next ones come, with their
    keys; and keys older than some days, but for the newest of each service. Returns what is gone. Raises ``OSError``.
    """
    found = backups_in(folder)
    old = [file for file, backup in found if backup.taken_at <= now - timedelta(days=days) + DAILY]
    newest = {backup.service: file for file, backup in found if keys_of(file).exists()}
    stale = [
        file
        for file, backup in found
        if backup.taken_at <= now - timedelta(days=KEYS_DAYS) and newest.get(backup.service) != file
    ]
    gone = [file for file in (*old, *map(keys_of, (*old, *stale))) if file.exists()]
    for file in dict.fromkeys(gone):
        file.unlink()
    return list(dict.fromkeys(gone))


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
    files = [file for file in folder.iterdir() if file.is_file()]
    found = [(file, backup) for file in files if (backup := backups.about(file)) is not None]
    return sorted(found, key=lambda each: each[1].taken_at)
