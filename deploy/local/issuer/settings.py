"""What the issuer of one machine is told by whoever starts it."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class IssuerSettings(BaseSettings):
    """Each is an environment variable `PDP_ISSUER_…`."""

    model_config = SettingsConfigDict(env_prefix="PDP_ISSUER_", extra="ignore", use_attribute_docstrings=True)

    data: Path
    """The data folder: the key, and who is signed in."""
    port: int
    """Port of the loopback address to listen on."""
    client_secret: SecretStr
    """What the portal proves itself with."""
    redirect_uri: str
    """Where people are sent who signed in: this address and no other."""
