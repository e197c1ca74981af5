"""The sentences of what the lower wings tell by codes: steps and errors."""

from __future__ import annotations

from deploy.cli.texts import say
from deploy.engines.errors import DeployError
from deploy.engines.notices import Notice


def notice(told: Notice) -> str:
    return say(told.code, **told.params)


def error(raised: DeployError) -> str:
    return say(f"error.{raised.code}", **raised.params)
