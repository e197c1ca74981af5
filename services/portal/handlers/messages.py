"""Decisions on messages of the program: written, looked over, and sent by another one than wrote them."""

from datetime import datetime
from uuid import UUID

from services.portal.domain.message import LONGEST_SUBJECT, LONGEST_TEXT, MESSAGE, Message, Written, settled, wrong_in
from shared.four_eyes import NOBODY
from shared.messaging.decision import Decision, Refused, together

MESSAGE_UNKNOWN = Refused("not_found", "message_unknown")
MESSAGE_SETTLED = Refused("conflict", "message_settled")
SAME_PERSON = Refused("forbidden", "message_same_person")


def propose(id_: UUID, es: Written, en: Written, by: str, now: datetime) -> Decision[Message] | Refused:
    """An operator writes one."""
    wrong = [(part, language) for language, written in (("es", es), ("en", en)) for part in wrong_in(written)]
    most = {"subject": LONGEST_SUBJECT, "text": LONGEST_TEXT}
    found = [
        Refused("invalid", "message_words", at=f"{part}_{language}", params={"most": most[part]})
        for part, language in wrong
    ]
    if refused := together(found):
        return refused
    return Decision(Message(id_, MESSAGE.initial, es, en, now, NOBODY.joined_by(by)))


def send(state: Message | None, by: str, now: datetime) -> Decision[Message] | Refused:
    """Another operator has seen it as it will be, and sends it to whoever asked for news of the program."""
    if state is None:
        return MESSAGE_UNKNOWN
    if not state.took_part.may_approve(by):
        return SAME_PERSON
    sent = settled(state, "send", now)
    return MESSAGE_SETTLED if sent is None else Decision(sent)


def withdraw(state: Message | None, now: datetime) -> Decision[Message] | Refused:
    """It is not sent after all."""
    if state is None:
        return MESSAGE_UNKNOWN
    withdrawn = settled(state, "withdraw", now)
    return MESSAGE_SETTLED if withdrawn is None else Decision(withdrawn)
