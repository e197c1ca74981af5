"""`python -m deploy.compose.provision`: topics, users, access rules and quotas, from the catalogue in code.

It waits until all brokers are there. Run again, it changes what the code has changed, and nothing else.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from confluent_kafka import KafkaException

from deploy.compose.layout import BROKERS, REPLICATION_PORT, SECRETS
from deploy.engines.errors import DeployError
from deploy.engines.kafka_client import administration
from deploy.provision import provisioning
from deploy.provision.asking import KafkaAdminError
from deploy.provision.kafka_quotas import ensure_quotas
from deploy.provision.partners import Partner
from shared.messaging.access import PARTNER_BYTES_PER_SECOND

BROKERS_WITHIN = 90.0
"""Seconds; three JVMs that start on two cores."""
PAUSE = 0.5
PARTNER = "partner."


def connection(folder: Path) -> dict[str, str]:
    """The job's way in: by certificate, because before it has run there is no user with a password."""
    identity = str(folder / "identity.pem")
    return {
        "bootstrap.servers": ",".join(f"{broker}:{REPLICATION_PORT}" for broker in BROKERS),
        "security.protocol": "SSL",
        "ssl.ca.location": str(folder / "ca.crt"),
        "ssl.certificate.location": identity,
        "ssl.key.location": identity,
    }


def wait_for_brokers(settings: Mapping[str, str]) -> None:
    """Topics made before would lack replicas for ever. Raises ``KafkaAdminError``."""
    client, deadline, found = administration(settings), time.monotonic() + BROKERS_WITHIN, 0
    while time.monotonic() < deadline:
        try:
            found = len(client.list_topics(timeout=PAUSE * 4).brokers)
        except KafkaException:
            found = 0
        if found >= len(BROKERS):
            return
        time.sleep(PAUSE)
    raise KafkaAdminError("brokers_missing", found=found, wanted=len(BROKERS), seconds=f"{BROKERS_WITHIN:g}")


def main() -> None:
    folder = Path(os.environ.get(SECRETS) or "/run/secrets")
    users: dict[str, str] = json.loads((folder / "users.json").read_text())
    partners = [
        Partner(name.removeprefix(PARTNER), secret) for name, secret in users.items() if name.startswith(PARTNER)
    ]
    others = {name: secret for name, secret in users.items() if not name.startswith(PARTNER)}
    settings = connection(folder)
    wait_for_brokers(settings)
    # Quotas first: no partner gets in without one.
    limited = ensure_quotas(settings, {partner.principal: PARTNER_BYTES_PER_SECOND for partner in partners})
    topics = provisioning.provision(settings, others, partners)
    print(json.dumps({"topics": topics, "quotas": limited, "users": sorted(users)}))  # noqa: T201  (the job's outcome)


if __name__ == "__main__":
    try:
        main()
    except DeployError as refusal:
        sys.exit(str(refusal))
