"""Settings of this stage."""

from typing import Annotated

from pydantic import Field, SecretStr

from shared.service.mail_settings import MailSettings


class Settings(MailSettings):
    """What every service that sends mail needs, where people sign in, and where the stages are."""

    portal_url: str = "http://127.0.0.1:8100"
    """The portal's own address, as browsers know it: sign-ins come back to it, and forms from elsewhere are refused."""
    portal_issuer_url: str = "http://127.0.0.1:8106"
    """Base of the issuer's discovery document (`/.well-known/openid-configuration`)."""
    portal_client_id: str = "portal"
    """The portal's name at the issuer."""
    portal_client_secret: SecretStr = SecretStr("")
    """Its secret there."""
    portal_stages: Annotated[dict[str, str], Field(max_length=20)] = Field(default_factory=dict)
    """Base address of each stage's API, as a JSON object: people's commands go there with their own token."""
    controller_name: str = ""
    """Who is responsible for the data (responsable, LFPDPPP art. 15), as the privacy notice names it. Where one of
    these three is not given it says that this is a trial."""
    controller_address: str = ""
    """Its address for notifications."""
    controller_contact: str = ""
    """Mail address that takes ARCO requests."""
    portal_session_hours: float = Field(default=8.0, gt=0, le=24)
    """How long a sign-in lasts at most: a day's work."""
