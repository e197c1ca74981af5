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

    @property
    def limits(self) -> Limits:
        return Limits(self.supplier_silence_days, self.erase_days, self.consent_days)
