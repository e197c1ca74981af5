"""docs/settings.md: every environment variable that a service reads."""

import importlib
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic_settings import BaseSettings

from deploy.reference import markdown
from deploy.target.services import present
from shared.attachments.settings import AttachmentSettings
from shared.runtime.settings import KafkaSettings, OutboxSettings, ServiceSettings
from shared.sealing.settings import SealingSettings
from shared.service.mail_settings import MailSettings
from shared.service.schema_words import type_of

INTRODUCTION = """# Settings

Each setting of a service is an environment variable. The defaults work on one machine; `pdp up`, compose and the
chart set what must differ (addresses, users, secrets)."""


def page() -> str:
    return markdown.page(
        INTRODUCTION,
        "## Every service",
        _table(ServiceSettings, ServiceSettings.model_fields),
        "## Kafka, for every service",
        _table(KafkaSettings, KafkaSettings.model_fields),
        "## The outbox, for every service",
        _table(OutboxSettings, OutboxSettings.model_fields),
        "## Sealing, for every service",
        _table(SealingSettings, SealingSettings.model_fields),
        "## Mail, for every service that sends some",
        _table(MailSettings, (name for name in MailSettings.model_fields if name not in ServiceSettings.model_fields)),
        "## Attachments, for every service that keeps some",
        _table(AttachmentSettings, AttachmentSettings.model_fields),
        *(block for name in present() for block in _of_stage(name)),
    )


def _of_stage(name: str) -> Iterator[str]:
    settings = settings_of(name)
    own = [field for field in settings.model_fields if field not in MailSettings.model_fields]
    if own:
        yield f"## `{name}` alone"
        yield _table(settings, own)


def settings_of(service: str) -> type[ServiceSettings]:
    """The settings of a stage: the class of its `settings.py`."""
    module = importlib.import_module(f"services.{service}.settings")
    found = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, ServiceSettings)]
    return next(each for each in found if each.__module__ == module.__name__)


def _table(settings: type[BaseSettings], fields: Iterable[str]) -> str:
    prefix = settings.model_config.get("env_prefix", "")
    schemas = settings.model_json_schema()["properties"]
    rows = ((f"`{prefix}{name.upper()}`", *_told(schemas[name])) for name in fields)
    return markdown.table(("Name", "Type", "Default", "What for"), rows)


def _told(schema: dict[str, Any]) -> tuple[str, str, str]:
    default = schema.get("default")
    shown = "" if default is None or default == "" else f"`{default}`"
    return type_of(schema), shown, " ".join(schema.get("description", "").split())
