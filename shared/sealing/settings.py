"""Settings of sealing."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class SealingSettings(BaseSettings):
    """With what personal data is sealed."""

    model_config = SettingsConfigDict(env_prefix="PDP_SEALING_", extra="ignore", use_attribute_docstrings=True)

    keys: SecretStr = SecretStr("")
    """Key encryption keys of this service, the newest first, with commas: 32 bytes in hexadecimal digits each. The
    first wraps the keys of persons, the others still open what they wrapped. Empty: personal data is kept in clear."""
    new: bool = Field(default=True)
    """Whether what is written is sealed. `false` while processes of a release run beside this one that cannot read it:
    what is sealed already is read either way."""

    erasures: str = ""
    """Where erasures are kept apart from the store and its backups, by ids alone: a folder, `file:///…`, or one of a
    bucket, `s3://…` (with the variables of AWS). Each start erases again what is in it and the store, restored from
    before, does not know. Empty: nowhere, and a restore that lost the keys of now brings back what was erased since."""


def split(keys: SecretStr) -> list[str]:
    """Each key of the setting."""
    return [key.strip() for key in keys.get_secret_value().split(",") if key.strip()]
