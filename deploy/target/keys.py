"""What makes tokens and users of one installation: a folder for its operators alone."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.engines.private import kept_secrets, new_secret, write_private
from shared.contracts.audit import log_of
from shared.sealing.encryption import mark_of
from shared.security.notes import Signer
from shared.security.tokens import LocalIssuer

ISSUER = "http://127.0.0.1/pdp"
"""`iss` of the tokens that are issued here, whoever serves the keys and on which port."""

PORTAL_CLIENT = "portal"
"""The client of the issuer at which people sign in, as at Keycloak (`deploy/identity/realm.json`)."""


SEALING_KEYS_KEPT = 3
"""One more than a start between two renewals needs: it wraps anew what the one before wrapped. One of before these is
kept for as long as it wraps anything.
"""


@dataclass(frozen=True)
class Keys:
    """The issuer's key, the services' passwords, and the partners."""

    data: Path

    @property
    def partners(self) -> Path:
        """Which partners there are, with the secrets of those whose part this machine plays."""
        return self.data / "partners.json"

    @property
    def issuer_folder(self) -> Path:
        return self.data / "issuer"

    @property
    def target(self) -> Path:
        """Where the installation is, for `pdp --target`."""
        return self.data / "target.json"

    def issuer(self) -> LocalIssuer:
        """The issuer of this installation's tokens."""
        return LocalIssuer(self.issuer_folder, ISSUER)

    @property
    def portal_secret(self) -> str:
        """What the portal proves itself with at the issuer of this machine, made up the first time."""
        return kept_secrets(self.issuer_folder / "clients.json", [PORTAL_CLIENT])[PORTAL_CLIENT]

    @property
    def signed_in(self) -> Path:
        """Who is signed in at the issuer of this machine, and which tickets were used."""
        return self.issuer_folder / "signed_in.json"

    def forget_issuer(self) -> None:
        """Have a new key and a new secret made up the next time; nobody stays signed in."""
        self.issuer().forget_key()
        for file in (self.issuer_folder / "clients.json", self.signed_in):
            file.unlink(missing_ok=True)

    def service_passwords(self, names: Iterable[str]) -> dict[str, str]:
        """The Kafka password of each service, made up the first time."""
        return kept_secrets(self._service_passwords, names)

    def forget_service_passwords(self) -> None:
        """Have new ones made up the next time."""
        self._service_passwords.unlink(missing_ok=True)

    def audit_seeds(self, names: Iterable[str]) -> dict[str, str]:
        """Seed of the key that signs each service's audit log, made up the first time."""
        return kept_secrets(self.data / "audit.json", names)

    def audit_keys(self, names: Iterable[str]) -> dict[str, str]:
        """The public half of each, for whoever verifies."""
        return {name: Signer.of(log_of(name), seed).public for name, seed in self.audit_seeds(names).items()}

    def sealing_keys(self, names: Iterable[str]) -> dict[str, str]:
        """Key encryption keys of each service, made up the first time: the newest first, with commas."""
        return kept_secrets(self._sealing_keys, names)

    def renew_sealing_keys(self, names: Iterable[str], wrapping: Mapping[str, Collection[bytes]]) -> None:
        """A new one for each, before those of before: what these wrapped is wrapped anew at the next start.

        `wrapping`: by service the marks of what wraps anything in its store; of one that is not there all are kept.
        """
        renewed = {}
        for name, before in self.sealing_keys(names).items():
            keys = [new_secret(), *before.split(",")]
            older = keys[SEALING_KEYS_KEPT:]
            kept = [key for key in older if name not in wrapping or mark_of(key) in wrapping[name]]
            renewed[name] = ",".join([*keys[:SEALING_KEYS_KEPT], *kept])
        write_private(self._sealing_keys, json.dumps(renewed, indent=2))

    @property
    def _sealing_keys(self) -> Path:
        return self.data / "sealing.json"

    @property
    def _service_passwords(self) -> Path:
        return self.data / "services.json"
