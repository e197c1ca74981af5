"""Settings of matching. Each is an environment variable `PDP_…`."""

from pydantic import Field

from shared.runtime.settings import ServiceSettings


class MatchingSettings(ServiceSettings):
    """What matching needs to run."""

    import_max_bytes: int = Field(default=64_000_000, ge=1)
    """Largest file of an import: 100,000 firms with all of their columns are 34 MB as text. It is in the store until
    its rows are decided, and on disk while it is read."""
    import_max_rows: int = Field(default=100_000, ge=1)
    """Most rows of an import: a file of more is better sent in two, of which each shows what is wrong with it."""
