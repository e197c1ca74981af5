"""Mail with a one-time code, to an address that whoever asks has named."""

from dataclasses import dataclass

from fastapi import Request

from services.registration.settings import RegistrationSettings
from shared.i18n.language import Language, negotiated
from shared.mail_address import mailbox
from shared.messaging.decision import Timer
from shared.runtime import logging, metrics
from shared.runtime.database import Database
from shared.service.http.household import household
from shared.service.http.rate_limit import RateLimit
from shared.service.mail import Mail
from shared.service.mailing import Post

MAILS_PER_MINUTE, MAILS_AT_ONCE = 1 / 60, 5
"""Of one caller to one mailbox: whoever registers or invites names it, and may name somebody else's."""

CALLERS = 3
"""Of so many callers together one mailbox gets mail at a time: one alone does not keep others from theirs."""

log = logging.get(__name__)


def asked_in(request: Request) -> Language:
    """The language in which the caller asks, and is written to."""
    return negotiated(request.headers.get("Accept-Language"))


@dataclass(frozen=True, slots=True)
class Mailing:
    """Sends codes. What comes of it is told to nobody but whoever it is for."""

    post: Post
    of_caller: RateLimit
    of_all: RateLimit

    @classmethod
    def of(cls, settings: RegistrationSettings, database: Database) -> "Mailing":
        return cls(
            Post(database, settings.sender()),
            RateLimit(MAILS_PER_MINUTE, MAILS_AT_ONCE, "mails_of_caller"),
            RateLimit(MAILS_PER_MINUTE * CALLERS, MAILS_AT_ONCE * CALLERS, "mails"),
        )

    async def send(self, request: Request, timer: Timer, mail: Mail) -> None:
        """The first try of a mail that this timer asks for; one that fails goes again by itself."""
        if await self._may_go(request, mailbox(mail.to)):
            await self.post.send(timer, mail)
        else:
            metrics.MAILS.labels("limited").inc()
            log.warning("mail_withheld", kind=mail.kind, about=mail.about)
            await self.post.drop(timer, mail.about)

    async def _may_go(self, request: Request, to: str) -> bool:
        """The caller's share first: what it does not get costs the others nothing."""
        caller = household(request.client.host if request.client else "")
        if await self.of_caller.take_of_all(request, f"{caller} {to}") > 0:
            return False
        return await self.of_all.take_of_all(request, to) == 0
