"""Mail with a one-time code, to an address that whoever asks has named."""

from dataclasses import dataclass

from fastapi import Request

from services.registration.api.rate_limit import RateLimit
from services.registration.settings import RegistrationSettings
from shared.i18n.language import Language, negotiated
from shared.runtime import metrics
from shared.runtime.database import Database
from shared.service.mail import Mail
from shared.service.mailing import Post

MAILS_PER_MINUTE, MAILS_AT_ONCE = 1 / 60, 5
"""To one address: whoever registers or invites names it, and may name somebody else's."""


def asked_in(request: Request) -> Language:
    """The language in which the caller asks, and is written to."""
    return negotiated(request.headers.get("Accept-Language"))


@dataclass(frozen=True, slots=True)
class Mailing:
    """Sends codes. What comes of it is told to nobody but whoever it is for."""

    post: Post
    limit: RateLimit

    @classmethod
    def of(cls, settings: RegistrationSettings, database: Database) -> "Mailing":
        return cls(Post(database, settings.sender()), RateLimit(MAILS_PER_MINUTE, MAILS_AT_ONCE, "mails"))

    async def send(self, request: Request, timer: str, mail: Mail) -> None:
        """The first try of a mail that the timer of this kind asks for; one that fails goes again by itself."""
        if await self.limit.take_of_all(request, mail.to.lower()) == 0:
            await self.post.send(timer, mail)
        else:
            metrics.MAILS.labels("limited").inc()
            await self.post.drop(timer, mail.about)
