"""Settings of this stage."""

from pydantic import Field

from shared.runtime.settings import ServiceSettings


class Settings(ServiceSettings):
    """What every service needs, and how many diagnoses are assessed twice. The rules have no setting: they change with
    the questionnaire's version.
    """

    calibration_share_bp: int = Field(default=0, ge=0, le=10_000)
    """Share of diagnoses, in basis points, that a second assessor assesses without the first one's levels. 0: none, as
    each holds its validation until a third person of the program was there.
    """
