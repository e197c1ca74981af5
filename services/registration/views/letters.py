"""What mails say."""

from urllib.parse import urlencode
from uuid import UUID

from shared.i18n import Catalogue, Language
from shared.service.mail import Mail

_CATALOGUE = Catalogue("services.registration")


def confirmation(claim: UUID, to: str, code: str, page: str, language: Language) -> Mail:
    """To the contact of a claim: its code, and the page that takes it, if there is one."""
    link = _link(page, registration=claim, code=code)
    text = _CATALOGUE.text("mail.confirmation", language, registration=claim, code=code, link=link)
    return Mail(claim, to, _CATALOGUE.text("mail.confirmation.subject", language), text)


def invitation(firm: UUID, legal_name: str, invited: UUID, to: str, code: str, page: str, language: Language) -> Mail:
    """To somebody who is asked to speak for a firm."""
    link = _link(page, supplier=firm, invitation=invited, code=code)
    given = {"firm": firm, "name": legal_name, "invitation": invited, "code": code, "link": link}
    text = _CATALOGUE.text("mail.invitation", language, **given)
    return Mail(invited, to, _CATALOGUE.text("mail.invitation.subject", language), text)


def _link(page: str, **given: UUID | str) -> str:
    return f"{page}?{urlencode({name: str(value) for name, value in given.items()})}" if page else ""
