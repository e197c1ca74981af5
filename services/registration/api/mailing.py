"""Mail with a one-time code, to an address that whoever asks has named."""

import secrets
from dataclasses import dataclass

from fastapi import Request

from services.registration.api.rate_limit import RateLimit
from services.registration.settings import RegistrationSettings
from shared.i18n.language import Language, negotiated
from shared.service.mail import Mail, Sender

CODE_BYTES = 24
"""192 bits, as 32 letters, digits, `-` and `_`: nobody guesses it, and a link holds it."""

MAILS_PER_MINUTE, MAILS_AT_ONCE = 1 / 60, 5
"""To one address: whoever registers or invites names it, and may name somebody else's."""


def new_code() -> str:
    return secrets.token_urlsafe(CODE_BYTES)


def asked_in(request: Request) -> Language:
    """The language in which the caller asks, and is written to."""
    return negotiated(request.headers.get("Accept-Language"))


@dataclass(frozen=True, slots=True)
class Mailing:
    """Sends codes. What comes of it is told to nobody but whoever it is for."""

    sender: Sender
    limit: RateLimit

    @classmethod
    def of(cls, settings: RegistrationSettings) -> "Mailing":
        return cls(settings.sender(), RateLimit(MAILS_PER_MINUTE, MAILS_AT_ONCE, "mails"))

    async def send(self, request: Request, mail: Mail) -> None:
        if await self.limit.take_of_all(request, mail.to.lower()) == 0:
            await self.sender.send(mail)
