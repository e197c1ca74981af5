"""What mails say, and to whom they go."""

from urllib.parse import urlencode
from uuid import UUID

from services.registration.domain.person import Person
from services.registration.domain.supplier import Supplier
from shared.i18n import LANGUAGES, Catalogue
from shared.i18n.language import DEFAULT
from shared.service.mail import Mail

Words = dict[str, UUID | str]

_CATALOGUE = Catalogue("services.registration")


def confirmation(claim: UUID, to: str, code: str, page: str, language: str) -> Mail:
    """To the contact of a claim: its code, and the page that takes it, if there is one."""
    given: Words = {"registration": claim, "code": code}
    return _letter("confirmation", claim, to, language, given | {"link": _link(page, **given)})


def invitation(firm: Supplier, invited: Person, code: str, page: str) -> Mail | None:
    """To somebody who is asked to speak for a firm; None where the address is gone."""
    if invited.email is None:
        return None
    given: Words = {"supplier": firm.id, "invitation": invited.id, "code": code}
    words = given | {"name": firm.legal_name, "link": _link(page, **given)}
    return _letter("invitation", invited.id, invited.email, invited.language, words)


def dispute(claimant: UUID, holder: Supplier) -> Mail | None:
    """To the contact of the supplier that has an RFC which another one says is theirs; None where it has none. Of the
    other one nothing is said.
    """
    if holder.contact is None:
        return None
    return _letter("dispute", claimant, holder.contact.email, DEFAULT, {"folio": holder.folio})


def _letter(kind: str, about: UUID, to: str, language: str, given: Words) -> Mail:
    known = next((each for each in LANGUAGES if each == language), DEFAULT)
    subject, text = (_CATALOGUE.text(code, known, **given) for code in (f"mail.{kind}.subject", f"mail.{kind}"))
    return Mail(kind, about, to, subject, text)


def _link(page: str, **given: UUID | str) -> str:
    return f"{page}?{urlencode({name: str(value) for name, value in given.items()})}" if page else ""
