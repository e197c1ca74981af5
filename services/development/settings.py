"""Settings of this stage."""

from shared.runtime.settings import ServiceSettings


class Settings(ServiceSettings):
    """What every service needs: this stage has none of its own."""
