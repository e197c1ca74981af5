"""Settings of every service that keeps attachments."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class AttachmentSettings(BaseSettings):
    """Where attachments are kept, and how many."""

    model_config = SettingsConfigDict(env_prefix="PDP_ATTACHMENT_", extra="ignore", use_attribute_docstrings=True)

    folder: Path = Path(".data/attachments")
    """Folder of the attachments, where no bucket is named: of one machine, and on no other."""
    bucket: str = ""
    """Bucket of an object store that speaks S3. Empty: they are in the folder."""
    endpoint: str = ""
    """Its address, as `https://objects.example:9000`. Empty: Amazon's."""
    region: str = "us-east-1"
    """Its region; a store of one's own has any."""
    account: str = ""
    """Whom it knows the services as: the id of an access key."""
    secret_key: SecretStr = SecretStr("")
    """Their secret."""

    max_bytes: int = Field(default=20_971_520, ge=1, le=67_108_864)
    """Largest attachment: a scanned audit report of sixty pages has 15 MB."""
    firm_bytes: int = Field(default=524_288_000, ge=1)
    """Of one firm, in one stage: twenty of the largest, or some 250 photos as phones take them."""
    firm_day_bytes: int = Field(default=209_715_200, ge=1)
    """Of one firm, in one stage, within 24 hours: a visit's photos. A stolen token fills no more in a night."""
    day_bytes: int = Field(default=5_368_709_120, ge=1)
    """Of all firms, in one stage, within 24 hours: twenty-five visits. A program that runs wild stops here."""
    link_s: int = Field(default=60, ge=5, le=600)
    """Seconds for which a link opens an attachment: a browser follows it at once."""
    erase_days: int = Field(default=90, ge=0)
    """Days after a firm left until its attachments are erased: long enough for a question about it, no longer."""
