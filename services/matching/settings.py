"""Settings of matching. Each is an environment variable `PDP_…`."""

from pydantic import Field

from shared.runtime.settings import ServiceSettings


class MatchingSettings(ServiceSettings):
    """What matching needs to run."""

    import_max_bytes: int = Field(default=5_000_000, ge=1)
    """Largest file of an import: it is held in memory while it is read."""
    import_max_rows: int = Field(default=2_000, ge=1)
    """Most rows of an import: they go in in one transaction, which keeps every match waiting until it commits."""
