"""What one data folder holds, and where: engines, logs, and the keys of the installation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from deploy.target.keys import Keys


@dataclass(frozen=True)
class Layout(Keys):
    """The paths of one data folder."""

    @property
    def kafka(self) -> Path:
        return self.data / "kafka"

    @property
    def postgres(self) -> Path:
        return self.data / "postgres"

    @property
    def attachments(self) -> Path:
        """Files that people gave, sealed; their keys are in the stores."""
        return self.data / "attachments"

    @property
    def erasures(self) -> Path:
        """What was erased, by ids alone: copied off the machine by itself, and never put back to an earlier moment."""
        return self.data / "erasures"

    @property
    def mail(self) -> Path:
        """What would be mailed, were there a server."""
        return self.data / "mail"

    def log(self, name: str) -> Path:
        """What a process of this name prints."""
        return self.data / "logs" / f"{name}.log"

    def logs(self) -> dict[str, Path]:
        """The logs that there are, by who writes them."""
        engines = {"kafka": self.kafka / "server.log", "postgres": self.postgres / "server.log"}
        ours = {file.stem: file for file in sorted((self.data / "logs").glob("*.log"))}
        return ours | {name: file for name, file in engines.items() if file.exists()}

    def hold(self, service: str) -> Path:
        """Locked by whoever keeps this service down."""
        return self.data / "holds" / service
