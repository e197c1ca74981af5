"""Knobs of this stage."""

from shared.runtime.settings import ServiceSettings


class Settings(ServiceSettings):
    """What every service needs. The rules have no knob: they change with the questionnaire's version."""
