"""When mail that no server took is tried again."""

from datetime import datetime, timedelta
from typing import Final

FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=1)
"""Far shorter than a code is valid."""


DISPUTES_AT_ONCE: Final = 5
DISPUTES_EVERY: Final = timedelta(hours=1)
"""So many mails go to one mailbox at once, then one in that time, and the others wait: whoever disputes RFCs one after
the other, or one of them again and again, fills nobody's mailbox.
"""


def next_try(since: datetime, now: datetime) -> datetime:
    """Of a mail that was asked for at `since`: each pause is as long as all before it together, an hour at most."""
    return now + min(max(FIRST_WAIT, now - since), LONGEST_WAIT)
