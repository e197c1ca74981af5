"""The financing partners of one data folder.

The secrets of the first three stay in the folder, because one machine plays every part; a partner that is added later
gets its secret once, and it is kept nowhere.
"""

from __future__ import annotations

import fcntl
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from deploy.engines.private import new_secret, private_opener, write_private

FIRST = ("nafin", "bancomext", "cluster")
"""Partners from the start: those of the financing stage's catalogue."""
CODE = re.compile(r"[a-z][a-z0-9-]{1,30}")
"""What a partner may be called: a part of topics' and users' names."""


def users_of(code: str) -> tuple[str, str]:
    """The partner's users in Kafka: one at a time, both while its secret changes. Its topics and groups are named after
    the first.
    """
    return f"partner.{code}", f"partner.{code}.b"


@dataclass(frozen=True)
class Partner:
    """One institution as Kafka knows it."""

    code: str
    secret: str | None
    """Its Kafka password; None when only the partner has it."""
    bytes_per_second: int | None = None
    """The quota that the broker has for it; None while it has none."""
    second: bool = False
    """Whether its present user is the second of the two."""
    old_until: str | None = None
    """Until when the other one still gets in (ISO 8601); None: there is none."""

    @property
    def principal(self) -> str:
        return users_of(self.code)[self.second]

    @property
    def other(self) -> str:
        """The user that is not the present one."""
        return users_of(self.code)[not self.second]

    def renewed(self, secret: str, old_until: datetime) -> Partner:
        """The same with the other user as its present one."""
        return replace(self, secret=secret, second=not self.second, old_until=old_until.isoformat())

    def seen_as(self, principal: str) -> Partner:
        """The same with this one of the two as its present user."""
        return replace(self, second=principal != users_of(self.code)[0])

    def is_over(self, at: datetime) -> bool:
        """Whether the old user's time is up."""
        return self.old_until is not None and datetime.fromisoformat(self.old_until) <= at


class PartnerBook:
    """`partners.json`: read by whoever needs a partner, changed by one at a time."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def all(self) -> tuple[Partner, ...]:
        """Every partner, in the order in which they came."""
        if not self._file.exists():
            return ()
        return tuple(Partner(**each) for each in json.loads(self._file.read_text()))

    def of(self, code: str) -> Partner | None:
        return next((partner for partner in self.all() if partner.code == code), None)

    def ensure_first(self) -> tuple[Partner, ...]:
        """Every partner, after the first ones were given their secrets where they had none."""
        with self._alone():
            known = self.all()
            missing = [code for code in FIRST if code not in {partner.code for partner in known}]
            if missing:
                known = (*(Partner(code, new_secret()) for code in missing), *known)
                self._write(known)
            return known

    def put(self, partner: Partner) -> None:
        """Add the partner, or replace what is known of it."""
        with self._alone():
            others = [each for each in self.all() if each.code != partner.code]
            self._write((*others, partner))

    def remove(self, code: str) -> None:
        """Forget the partner."""
        with self._alone():
            self._write(tuple(each for each in self.all() if each.code != code))

    def limited(self, code: str, bytes_per_second: int) -> None:
        """Note the quota that the broker now has for the partner."""
        with self._alone():
            self._write(
                tuple(
                    replace(each, bytes_per_second=bytes_per_second) if each.code == code else each
                    for each in self.all()
                )
            )

    def _write(self, partners: tuple[Partner, ...]) -> None:
        write_private(self._file, json.dumps([asdict(partner) for partner in partners], indent=2))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(self._file.with_suffix(".lock"), "w", opener=private_opener) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
