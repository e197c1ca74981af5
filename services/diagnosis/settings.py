"""Settings of this stage."""

from shared.runtime.settings import ServiceSettings


class Settings(ServiceSettings):
    """What every service needs. The rules have no setting: they change with the questionnaire's version."""
