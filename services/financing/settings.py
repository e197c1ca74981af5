"""Settings of this stage."""

from dataclasses import astuple

from pydantic import Field

from services.financing.domain.consent_text import Controller
from services.financing.domain.terms import UNNAMED, Limits
from shared.messaging.topics import partner_topics
from shared.runtime.settings import ServiceSettings


class UnnamedControllerError(Exception):
    """Firms consent here, and their consents would not say who is responsible for their data."""

    def __init__(self) -> None:
        super().__init__(
            "who is responsible for the data is not named: set PDP_CONTROLLER_NAME, PDP_CONTROLLER_ADDRESS, "
            "PDP_CONTROLLER_CONTACT and PDP_PRIVACY_NOTICE_URL"
        )


class Settings(ServiceSettings):
    """What every service needs, and how long things of a referral last."""

    supplier_silence_days: int = Field(default=14, ge=1)
    """Days until a referral lapses whose firm was asked for information and says nothing: the partner may close its
    file."""
    erase_days: int = Field(default=90, ge=0)
    """Days after a referral's end until its personal data is erased: long enough for a question about it, no longer."""
    consent_days: int = Field(default=365, ge=1)
    """Longest life of a consent, in days: a firm is asked again at least once a year."""

    approval_days: int = Field(default=365, ge=1, le=3_650)
    """Days for which an approval's amounts are kept that is not paid out whole: payments are compared with them."""
    approval_tolerance_bp: int = Field(default=1_000, ge=0, le=10_000)
    """By how much an approval may exceed what was asked, in hundredths of a percent of it: fees and VAT are financed
    along."""
    backup_days: int = Field(default=30, ge=2)
    """Days for which copies of the stores are kept, as every consent says: `pdp backup` removes older ones (give it the
    same), the chart makes it of `backup.retention`. Whoever backs up otherwise keeps to it. At least two: each backup
    stays until the next."""

    controller_name: str = ""
    """Who is responsible for the data (responsable, LFPDPPP art. 15), as every consent names it. Where people sign in
    at a provider by https (`PDP_OIDC_ISSUER`) these four must be given; else consents say that it is a trial."""
    controller_address: str = ""
    """Its address for notifications."""
    controller_contact: str = ""
    """Mail address that takes revocations and ARCO requests."""
    privacy_notice_url: str = ""
    """Where its privacy notice is read."""

    @property
    def controller(self) -> Controller:
        """Raises UnnamedControllerError: people sign in at a provider, and nobody is named as responsible."""
        given = self.controller_name, self.controller_address, self.controller_contact, self.privacy_notice_url
        if not all(value.strip() for value in given) and self.oidc_issuer.startswith("https://"):
            raise UnnamedControllerError
        return Controller(*(value.strip() or unnamed for value, unnamed in zip(given, astuple(UNNAMED), strict=True)))

    @property
    def limits(self) -> Limits:
        return Limits(
            self.supplier_silence_days,
            self.erase_days,
            self.consent_days,
            self.approval_days,
            self.approval_tolerance_bp,
            partner_topics("any").referrals.gone_after_days,
            self.backup_days,
            self.controller,
        )
