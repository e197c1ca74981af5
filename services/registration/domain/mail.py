"""How many mails go to one mailbox."""

from datetime import timedelta
from typing import Final

DISPUTES_AT_ONCE: Final = 5
DISPUTES_EVERY: Final = timedelta(hours=1)
"""So many mails go to one mailbox at once, then one in that time, and the others wait: whoever disputes RFCs one after
the other, or one of them again and again, fills nobody's mailbox.
"""
