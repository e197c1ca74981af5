"""When mail that no server took is tried again. A rule that several stages share."""

from datetime import datetime, timedelta
from typing import Final

FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=1)
"""Far shorter than a code is valid."""


def next_try(since: datetime, now: datetime) -> datetime:
    """Of a mail that was asked for at `since`: each pause is as long as all before it together, an hour at most."""
    return now + min(max(FIRST_WAIT, now - since), LONGEST_WAIT)
