"""What an option may name, and the error of a mistyped one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import get_args

from deploy.cli.console import Refusal
from deploy.cli.texts import say
from deploy.provision.kafka_admin import partner_codes
from deploy.target.client import Client
from deploy.target.target import TargetError
from services.financing.domain.reasons import AnswerProblem
from shared.messaging.codec import PoisonReason
from shared.messaging.dead_letters import HANDLER_FAILED
from shared.messaging.topics import EVENT_TYPES, catalogue

DEAD_LETTER_REASONS: tuple[str, ...] = (*get_args(PoisonReason), HANDLER_FAILED, *get_args(AnswerProblem))
"""Why a record becomes a dead letter."""

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
AGO = re.compile(r"(\d{1,6})([smhd])")


def one_of(option: str, given: str | None, choices: Iterable[str]) -> None:
    """Raises ``Refusal``, with the choices, when what is given is none of them."""
    known = [*choices]
    if given is not None and given not in known:
        raise Refusal(say("error.one_of", option=option, given=given, choices=", ".join(known)), 2)


def services_of(client: Client, given: str | None) -> list[str]:
    """The service that is named, or all. Raises ``Refusal``, and ``TargetError`` where there is none to ask."""
    if not client.services:
        raise TargetError("target_lacks", what="services")
    one_of("--service", given, client.services)
    return [*client.services] if given is None else [given]


def topics(client: Client, *, partners: bool = True) -> list[str]:
    """Every topic that the platform has."""
    codes = partner_codes(client.admin()) if partners else []
    return [topic.name for topic in catalogue(codes)]


def event_type(given: str) -> str:
    """An event's type, given whole or without its stage. Raises ``Refusal``."""
    fitting = [type_ for type_ in EVENT_TYPES if given in {type_, type_.partition(".")[2]}]
    if not fitting:
        one_of("--type", given, EVENT_TYPES)
    return fitting[0]


def since(given: str) -> datetime:
    """A moment, as `2h` ago or as `2026-11-29T08:00` in this machine's time. Raises ``Refusal``."""
    try:
        if ago := AGO.fullmatch(given):
            return datetime.now(UTC) - timedelta(**{UNITS[ago[2]]: int(ago[1])})
        return datetime.fromisoformat(given).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refusal(say("error.since", given=given), 2) from None
