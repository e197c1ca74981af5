"""A target: where an installation of the platform is, and with which secrets it is talked to. A JSON or TOML file.

Paths in it are relative to its folder, so that a container may write what the machine around it reads.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, model_validator

from deploy.engines.errors import DeployError
from deploy.engines.private import write_private
from deploy.target.keys import ISSUER
from shared.i18n.fields import fault, wrong

FOLDER = "folder"


class TargetError(DeployError):
    """The file is no target, or the target lacks what is asked of it."""


def _beside(path: Path, info: ValidationInfo) -> Path:
    """The path, seen from the folder of the target's file."""
    return Path((info.context or {}).get(FOLDER, ".")) / path


At = Annotated[Path, AfterValidator(_beside)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class KafkaAccess(_Part):
    """How an operator gets into Kafka."""

    bootstrap: str
    protocol: Literal["SASL_PLAINTEXT", "SASL_SSL", "SSL"] = "SASL_SSL"
    mechanism: Literal["SCRAM-SHA-256", "SCRAM-SHA-512", "PLAIN"] = "SCRAM-SHA-512"
    user: str | None = None
    password: str | None = Field(default=None, repr=False)
    password_file: At | None = None
    ca_file: At | None = None
    certificate_file: At | None = None
    key_file: At | None = None

    def connection(self, credentials: tuple[str, str] | None = None) -> dict[str, str]:
        """Connection settings in confluent-kafka's words, of the operator unless another (user, password) is given.

        Raises ``TargetError``.
        """
        user, password = credentials or (self.user, self._password())
        files = {"ca": self.ca_file, "certificate": self.certificate_file, "key": self.key_file}
        sasl = {"sasl.mechanism": self.mechanism, "sasl.username": user or "", "sasl.password": password or ""}
        return {
            "bootstrap.servers": self.bootstrap,
            "security.protocol": self.protocol,
            **{f"ssl.{what}.location": _readable(file) for what, file in files.items() if file is not None},
            **(sasl if self.protocol.startswith("SASL") else {}),
        }

    def _password(self) -> str | None:
        return _text(self.password_file) if self.password_file else self.password


class TokenSource(_Part):
    """Where an operator's bearer token comes from: exactly one of these. A key can make tokens of every role."""

    issuer_folder: At | None = None
    issuer: str = ISSUER
    command: tuple[str, ...] | None = None
    """A program that prints the token."""
    file: At | None = None
    env: str | None = None
    """Name of an environment variable."""

    @model_validator(mode="after")
    def _one(self) -> TokenSource:
        if sum(each is not None for each in (self.issuer_folder, self.command, self.file, self.env)) != 1:
            raise wrong("fields.one_of", names="issuer_folder, command, file, env")
        return self


class Target(_Part):
    """One installation."""

    kind: Literal["local", "compose", "cluster"]
    services: Mapping[str, str] = {}
    """Base URL of each service's HTTP API."""
    kafka: KafkaAccess | None = None
    token: TokenSource
    ca_file: At | None = None
    """Who vouches for the services' certificates, where the system does not know them."""
    stores: Mapping[str, str] = Field(default={}, repr=False)
    """Connection string of each service's store, for what reads them: the demo's audit."""
    audit_keys: Mapping[str, str] = {}
    """The public key of each service's audit log, as C2SP writes it."""
    partners: At | None = None
    """Secrets of the partners whose part the operators play."""
    data: At | None = None
    """The data folder of an installation on this machine."""
    mail: At | None = None
    """The folder of the mail that no server takes (`PDP_MAIL_FOLDER`)."""


def read(file: Path) -> Target:
    """The target of this file. Raises ``TargetError``."""
    text = _text(file)
    try:
        found: Any = tomllib.loads(text) if file.suffix == ".toml" else json.loads(text)
        return Target.model_validate(found, context={FOLDER: file.absolute().parent})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "–"
        raise TargetError("target_invalid", file=file, where=where, detail=fault(first)) from error
    except ValueError as error:
        raise TargetError("target_invalid", file=file, where="–", detail=error) from error


def write(target: Target, file: Path) -> None:
    """Replace the file, readable by its owner only. Paths beside it are written as such."""
    told = target.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    write_private(file, json.dumps(_relative(told, str(file.parent) + os.sep), indent=2) + "\n")


def _relative(told: Any, folder: str) -> Any:  # noqa: ANN401  (JSON)
    if isinstance(told, dict):
        return {name: _relative(each, folder) for name, each in told.items()}
    return told.removeprefix(folder) if isinstance(told, str) else told


def _readable(file: Path) -> str:
    try:
        with file.open("rb"):
            return str(file)
    except OSError as error:
        raise TargetError("target_unreadable", file=file, detail=error) from error


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise TargetError("target_unreadable", file=file, detail=error) from error
