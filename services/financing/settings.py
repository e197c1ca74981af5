"""Settings of this stage."""

from pydantic import Field

from services.financing.domain.terms import Limits
from shared.runtime.settings import ServiceSettings


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

    @property
    def limits(self) -> Limits:
        return Limits(
            self.supplier_silence_days,
            self.erase_days,
            self.consent_days,
            self.approval_days,
            self.approval_tolerance_bp,
        )
