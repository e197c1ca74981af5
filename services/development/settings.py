"""Settings of this stage."""

from pydantic import Field

from shared.runtime.settings import ServiceSettings


class Settings(ServiceSettings):
    """What every service needs, and the size of a cohort."""

    cohort_capacity: int = Field(default=55, ge=1)
    """Places of a cohort that is opened without a number: what the program committed to per round."""
