"""Mail to people: by an SMTP server, or into a folder where whoever runs the machine reads it."""

import asyncio
import re
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Literal, Protocol
from uuid import UUID

import aiosmtplib

from shared.mail_address import is_bare, mailbox
from shared.runtime import logging

STEP_S = 10.0
"""Of one reply. A server that takes longer is as good as away."""
EXCHANGE_S = 20.0
"""Of all of them together: whoever asked waits for it, and behind a server that drips its replies every other mail."""
GOODBYE_S = 1.0
"""The mail is taken by then."""

Outcome = Literal["sent", "failed", "refused"]
"""`refused`: the server that takes mail says that there is no such address. No other try changes that."""

LONGEST_LINE = 998
"""Octets (RFC 5322, 2.1.1)."""

NOBODY_THERE = frozenset({550, 551, 553})
"""Replies that are of a mailbox (RFC 5321, 4.2.3); others are of the server, as 554 of a list on which we are."""

OF_THE_ADDRESS = re.compile(r"5\.1\.(1|2|3|6|10)\b")
"""What such a reply must begin with (RFC 3463, 3.2). 550 alone is also said by a server that relays nothing for us."""

log = logging.get(__name__)


@dataclass(frozen=True, slots=True)
class Mail:
    """One message. Its words are personal: they are logged nowhere."""

    kind: str
    """What it is for, as `confirmation`."""
    about: UUID
    """What it is about, for the log and in the name of a file."""
    to: str
    subject: str
    text: str
    stop: str = ""
    """Address at which a program of mail stops what this is one of, for whoever asks it to (RFC 8058)."""


class Sender(Protocol):
    """Where mail goes."""

    async def send(self, mail: Mail) -> Outcome:
        """What came of it. That it was not taken is logged."""

    async def forget(self, address: str) -> None:
        """Remove whatever went to this mailbox, as far as it lies here."""


@dataclass(frozen=True, slots=True)
class SmtpSender:
    """A server that takes mail (RFC 5321)."""

    host: str
    port: int
    user: str
    password: str
    tls: Literal["starttls", "tls", "none"]
    sender: str

    async def send(self, mail: Mail) -> Outcome:
        try:
            message = _message(mail, self.sender)
        except ValueError as error:
            return _not_sent(mail, "refused", error)
        try:
            await self._give(message, mail.to)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            return _not_sent(mail, "refused" if _knows_nobody_there(error) else "failed", error)
        return "sent"

    async def _give(self, message: EmailMessage, to: str) -> None:
        """Raises TimeoutError when the whole exchange takes too long."""
        client = aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            username=self.user or None,
            password=self.password or None,
            use_tls=self.tls == "tls",
            start_tls=self.tls == "starttls",
            timeout=STEP_S,
        )
        try:
            async with asyncio.timeout(EXCHANGE_S):
                await client.connect()
                if client.is_ehlo_or_helo_needed:
                    with suppress(aiosmtplib.SMTPHeloError):
                        await client.ehlo()
                takes_8bit = client.supports_extension("8bitmime")
                # Not by `send_message`: it folds a header's link.
                written = _bytes(message, "\r\n", "8bit" if takes_8bit else "7bit")
                options = ["BODY=8BITMIME"] if takes_8bit else []
                await client.sendmail(parseaddr(self.sender)[1], [to], written, mail_options=options)
            with suppress(aiosmtplib.SMTPException, OSError):
                await client.quit(timeout=GOODBYE_S)
        finally:
            client.close()

    async def forget(self, address: str) -> None:
        """Nothing lies here."""


@dataclass(frozen=True, slots=True)
class FolderSender:
    """A file for each message, its owner's alone: for one machine, and for tests."""

    folder: Path
    sender: str

    async def send(self, mail: Mail) -> Outcome:
        try:
            message = _bytes(_message(mail, self.sender))
        except ValueError as error:
            return _not_sent(mail, "refused", error)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = self.folder / f"{mail.about}.{mail.kind}.eml"
            file.touch(mode=0o600)
            file.write_bytes(message)
        except OSError as error:
            return _not_sent(mail, "failed", error)
        return "sent"

    async def forget(self, address: str) -> None:
        for file in self.folder.glob("*.eml"):
            to = message_from_bytes(file.read_bytes(), policy=policy.default)["To"]
            if to is not None and mailbox(str(to)) == mailbox(address):
                file.unlink(missing_ok=True)


class NoSender:
    """Nobody said where mail goes."""

    async def send(self, mail: Mail) -> Outcome:
        log.error("mail_not_sent", kind=mail.kind, about=mail.about, outcome="failed", error="no PDP_SMTP_HOST")
        return "failed"

    async def forget(self, address: str) -> None:
        """Nothing lies here."""


def _not_sent(mail: Mail, outcome: Outcome, error: Exception) -> Outcome:
    log.error("mail_not_sent", kind=mail.kind, about=mail.about, outcome=outcome, error=type(error).__name__)
    return outcome


def _knows_nobody_there(error: Exception) -> bool:
    """Whether the address is at fault, and not the server, or what it thinks of us."""
    return isinstance(error, aiosmtplib.SMTPRecipientsRefused) and all(
        each.code in NOBODY_THERE and OF_THE_ADDRESS.match(each.message) for each in error.recipients
    )


def _bytes(message: EmailMessage, line_end: str = "\n", encoding: Literal["7bit", "8bit"] = "8bit") -> bytes:
    """As it is sent or kept. Folded, a link would be none any more: in a header, and for whoever reads the file."""
    whole = policy.default.clone(max_line_length=LONGEST_LINE, linesep=line_end, cte_type=encoding)
    return message.as_bytes(policy=whole)


def _message(mail: Mail, sender: str) -> EmailMessage:
    """Raises ValueError for what is not one address, and for a subject that would be more than one header."""
    if not is_bare(mail.to):
        raise ValueError("not one bare address")
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, mail.to, mail.subject
    message["Auto-Submitted"] = "auto-generated"
    if mail.stop:
        message["List-Unsubscribe"] = f"<{mail.stop}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(mail.text, cte="8bit")
    return message
