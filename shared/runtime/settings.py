"""Settings that every service has. Each is an environment variable `PDP_…` with a working local default."""

from pathlib import Path
from typing import Any, Literal

from aiokafka.helpers import create_ssl_context
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class KafkaSettings(BaseSettings):
    """How to reach Kafka, and as whom."""

    model_config = SettingsConfigDict(env_prefix="PDP_KAFKA_", extra="ignore", use_attribute_docstrings=True)

    bootstrap: str = "127.0.0.1:9092"
    """Brokers to ask first, `host:port` with commas."""
    user: str = ""
    """SCRAM user: the service's name."""
    password: SecretStr = SecretStr("")
    """Its password."""
    protocol: Literal["SASL_PLAINTEXT", "SASL_SSL"] = "SASL_PLAINTEXT"
    """Without TLS on one machine's loopback address only."""
    mechanism: Literal["SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-256"
    """Strimzi's users have the longer one, and no other."""
    ca_file: Path | None = None
    """Certificate authority of the brokers, for SASL_SSL; the system's where absent."""

    def client(self) -> dict[str, Any]:
        """Arguments that every aiokafka client takes."""
        return {
            "bootstrap_servers": self.bootstrap,
            "security_protocol": self.protocol,
            "sasl_mechanism": self.mechanism,
            "sasl_plain_username": self.user,
            "sasl_plain_password": self.password.get_secret_value(),
            "ssl_context": create_ssl_context(cafile=self.ca_file) if self.protocol == "SASL_SSL" else None,
        }


class OutboxSettings(BaseSettings):
    """How the outbox is written."""

    model_config = SettingsConfigDict(env_prefix="PDP_OUTBOX_", extra="ignore", use_attribute_docstrings=True)

    together: bool = False
    """Whether the events of a transaction share rows, which writes less. Only where no process of a release runs that
    cannot read them, and would delete them; this one reads them either way."""


class ServiceSettings(BaseSettings):
    """What a service needs to run. A service adds its own settings in its `settings.py`."""

    model_config = SettingsConfigDict(env_prefix="PDP_", extra="ignore", use_attribute_docstrings=True)

    database_url: str = "postgresql://127.0.0.1:5432/postgres"
    """The stage's own store: `postgresql://role:password@host:port/database`. Where the primary moves: several hosts
    with commas, and `?target_session_attrs=read-write`."""
    database_pool: int = 10
    """Connections for consuming and commands; three more serve the API's reads."""

    http_host: str = "127.0.0.1"
    """Address to listen on; `0.0.0.0` in a container."""
    http_port: int = 8000
    """Port to listen on."""
    trusted_proxies: str = ""
    """Addresses or networks of the proxies before this service, with commas: what they write into `X-Forwarded-For` is
    the caller's address, which limits of requests look at. Empty: nobody is believed."""

    oidc_issuer: str = "http://127.0.0.1/pdp"
    """`iss` that a token must have."""
    oidc_jwks: str = ""
    """Where the issuer's public keys are: an https address, or the path of a file (one machine)."""
    oidc_ca_file: str = ""
    """Certificate authority of that address, as a file. Empty: those that the system knows."""
    oidc_audience: str = "pdp"
    """`aud` that a token must have: the platform's own name at the issuer. Not the name of a client with which people
    sign in: their id tokens have that too."""
    oidc_token_s: int = Field(default=28_800, gt=0)
    """Seconds for which a token is believed from when it was issued (`iat`), whatever it says of its end. Whoever lost
    a role or a firm has it for so long at most: as long as the issuer's tokens last, 300 with a real one. `pdp token`
    makes them of eight hours."""
    oidc_roles_claim: str = "roles"
    """Where a token has its roles; Keycloak's are at `realm_access.roles`. Roles of others are left out."""
    oidc_supplier_claim: str = "supplier_id"
    """Where a token has the firm that its person belongs to."""
    oidc_anchor_claim: str = "anchor_id"
    """Where a token has the large buyer that its person belongs to."""
    oidc_partner_claim: str = "partner_code"
    """Where a token has the code of the financing partner at whose desk its person is."""

    instance: str = ""
    """Name of this process among those of its service, kept over restarts; no two alive may have the same. A crashed
    process then takes its partitions up at once. Empty: a new member of the group at each start."""
    consumers: int = Field(default=2, ge=1, le=8)
    """Members of its group that this process is: while one waits for the store, the other computes."""
    batch_records: int = Field(default=500, ge=1, le=10_000)
    """Records of one transaction: more costs latency and memory, fewer costs throughput."""
    dlq_max_ratio: float = Field(default=0.2, gt=0, le=1)
    """Dead letters by a fault of ours among the last records; above it consuming stops. One broken event type of five
    is above it, one odd firm is not. 1 switches the limit off."""
    dlq_min_count: int = Field(default=20, ge=1)
    """Dead letters that it takes at least: an operator looks through twenty by hand, and a quiet stage is not stopped
    by three."""
    dlq_window: int = Field(default=500, ge=1, le=100_000)
    """Records that count as the last ones: one full batch."""
    partner_max_open: int = Field(default=1_000, ge=1)
    """Dead letters of one partner that may be open here; at so many its answers wait in Kafka until an operator has
    replayed or discarded some. A partner with a wrong contract has one for each answer; a person can still look
    through so many by reason."""
    partner_max_open_bytes: int = Field(default=33_554_432, ge=1)
    """The same in bytes: an answer may have 64 KiB, and fifty hostile partners must not fill a store."""
    alarm_every_s: float = Field(default=5.0, gt=0)
    """Seconds between two looks of the alarms, each one cheap query; below the usual time between two scrapes."""
    alarm_stuck_after_s: float = 60.0
    """Seconds not ready, or without progress while there is work (a consumer, a sweep), until an alarm: twice a
    session, so a rebalance is none."""
    alarm_outbox_age_s: float = 60.0
    """Age of the oldest unpublished event, in seconds, from which an alarm is raised: a restart of Kafka takes less."""
    alarm_blocked_after_s: float = 900.0
    """Seconds after which a blocked key is an alarm: a dead letter that is looked at at once is none."""
    alarm_failed_commits: int = Field(default=3, ge=1)
    """Offset commits refused in a row from which an alarm is raised: one is a rebalance."""
    audit_key: SecretStr = SecretStr("")
    """Seed of the key that signs checkpoints of the audit log: 32 bytes in hexadecimal digits. Empty: acts are
    recorded and never sealed."""
    audit_every_s: float = Field(default=60.0, gt=0)
    """Seconds between two checkpoints, while there is something new: how long a row can be altered unnoticed."""
    log_level: str = "INFO"
    """`DEBUG`, `INFO`, `WARNING` or `ERROR`."""
    log_decided: bool = True
    """A line for each event that a decision gave: the story of every firm, for some 5 % of the time of a full load."""
    otlp_endpoint: str = ""
    """Base address of an OpenTelemetry collector that takes OTLP over HTTP, as `http://collector:4318`; the standard
    `OTEL_EXPORTER_OTLP_ENDPOINT` serves too. Neither: no tracing."""
    crash_at: str = ""
    """Where to die, for fault tests (`shared/runtime/crash.py`). Never set it where people work."""
    stop_grace_s: float = 15.0
    """Seconds from SIGTERM until what is under way is given up; it would be delivered again. Requests and batches have
    two thirds of it, the relay has the rest."""
