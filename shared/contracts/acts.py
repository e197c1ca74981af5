"""Acts by routes that are the same on several services, and of ARCO requests: a part of the catalogue in `audit.py`."""

from collections.abc import Mapping
from typing import Literal, NamedTuple


class Read(NamedTuple):
    """A route that shows data of others."""

    act: str
    whose: str = ""
    """The field of the answer, or of each item of a list, that says whose, or of which several; else the path does, or
    the query's.
    """


OPERATIONS: Mapping[str, str] = {
    "replay_dead_letters": "dead-letter:replayed",
    "discard_dead_letters": "dead-letter:discarded",
    "skip_record": "record:skipped",
    "withdraw_skip": "record:skip-withdrawn",
    "resume_consuming": "consuming:resumed",
    "close_record_gaps": "record-gap:closed",
    "resend_events": "journal:resent",
}
"""What operators do on every service: a row for each transaction of it, and within it."""

LOOKS: Mapping[str, Read] = {
    "show_dead_letter": Read("dead-letter:viewed", "id"),
    "list_decided": Read("journal:viewed", "key"),
    "list_acts": Read("audit:read"),
    "list_acts_on": Read("audit:viewed"),
}
"""What operators and firms see on every service: a row before the answer leaves."""

ARCO: Mapping[str, str] = {
    "ask_arco": "arco:asked",
    "answer_arco": "arco:answered",
    "complete_arco": "arco:carried-out",
    "extend_arco": "arco:extended",
}
"""What is done with what people ask of their data: a row in the transaction of it."""

ProofGround = Literal["arco", "authority", "claim"]
"""What for an operator opens the blocked proof of a consent: a right of ARCO, an authority, or a claim."""

UNBLOCKED: Mapping[ProofGround, str] = {
    "arco": "consent:unblocked-for-arco",
    "authority": "consent:unblocked-for-authority",
    "claim": "consent:unblocked-for-claim",
}
"""What for the proof of a consent that is no longer in force was opened: a row before the answer leaves, beside that of
the look.
"""

GIVEN: Mapping[str, str] = {"give_attachment": "attachment:given", "erase_attachment": "attachment:erased"}
"""What is done where attachments are: a row in the transaction of it."""

OPENED: Mapping[str, Read] = {
    "list_attachments": Read("attachment:listed"),
    "link_attachment": Read("attachment:linked"),
    "read_attachment": Read("attachment:viewed"),
}
"""What is seen there: a row before the answer leaves."""
