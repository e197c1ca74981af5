"""Settings that every service has. Each is an environment variable `PDP_…` with a working local default."""

from pathlib import Path
from typing import Any, Literal

from aiokafka.helpers import create_ssl_context
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class KafkaSettings(BaseSettings):
    """How to reach Kafka, and as whom."""

    model_config = SettingsConfigDict(env_prefix="PDP_KAFKA_", extra="ignore")

    bootstrap: str = "127.0.0.1:9092"
    user: str = ""
    password: SecretStr = SecretStr("")
    protocol: Literal["SASL_PLAINTEXT", "SASL_SSL"] = "SASL_PLAINTEXT"
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


class ServiceSettings(BaseSettings):
    """What a service needs to run. A service adds its own knobs in its `settings.py`."""

    model_config = SettingsConfigDict(env_prefix="PDP_", extra="ignore")

    database_url: str = "postgresql://127.0.0.1:5432/postgres"
    database_pool: int = 10
    """Connections for consuming and commands; three more serve the API's reads."""

    http_host: str = "127.0.0.1"
    http_port: int = 8000

    oidc_issuer: str = "http://127.0.0.1/pdp"
    """`iss` that a token must have."""
    oidc_jwks: str = ""
    """Where the issuer's public keys are: an https address, or the path of a file (one machine)."""
    oidc_audience: str = "pdp"

    instance: str = ""
    """Name of this process among those of its service, kept over restarts; no two alive may have the same. A crashed
    process then takes its partitions up at once. Empty: a stranger to the group at each start."""
    consumers: int = Field(default=2, ge=1, le=8)
    """Members of its group that this process is: while one waits for the store, the other computes."""
    batch_records: int = Field(default=500, ge=1, le=10_000)
    """Records of one transaction: more costs latency and memory, fewer costs throughput."""
    log_level: str = "INFO"
    crash_at: str = ""
    """Where to die, for fault tests (`shared/runtime/crash.py`). Never set it where people work."""
    stop_grace_s: float = 15.0
    """From SIGTERM until what is under way is given up; it would be delivered again."""
