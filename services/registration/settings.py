"""Settings of registration. Each is an environment variable `PDP_…`."""

from pydantic import Field

from shared.runtime.settings import ServiceSettings


class RegistrationSettings(ServiceSettings):
    """What registration needs to run."""

    registrations_per_minute: float = Field(default=10, ge=0.001)
    """Registrations from one address, over time, of all processes together: registering is open to everybody, and each
    costs a transaction."""
    registrations_burst: int = Field(default=20, ge=1)
    """Registrations from one address, at once: a cluster's office registers several firms in a row."""

    import_max_bytes: int = Field(default=5_000_000, ge=1)
    """Largest file of an import: it is held in memory while it is read."""
    import_max_rows: int = Field(default=5_000, ge=1)
    """Most rows of an import: they go in in one transaction, which holds its locks until the last one."""

    list_max_bytes: int = Field(default=30_000_000, ge=1)
    """Largest file of the 69-B list: SAT's whole list is some 5 MB with all its columns."""
    list_max_rows: int = Field(default=150_000, ge=1)
    """Most rows of the 69-B list: ten times that of 2024."""
