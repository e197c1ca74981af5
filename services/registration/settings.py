"""Settings of registration. Each is an environment variable `PDP_…`."""

from pydantic import Field

from shared.service.mail_settings import MailSettings


class RegistrationSettings(MailSettings):
    """What registration needs to run."""

    registrations_per_minute: float = Field(default=10, ge=0.001, le=60_000_000)
    """Registrations from one address, over time, of all processes together: registering is open to everybody, and each
    costs a transaction."""
    registrations_burst: int = Field(default=20, ge=1)
    """Registrations from one address, at once: a cluster's office registers several firms in a row."""

    confirmation_url: str = ""
    """Page where a contact confirms; `?registration=…&code=…` is added. Empty: mail has the code alone."""

    invitation_url: str = ""
    """Page where somebody who is invited accepts; `?supplier=…&invitation=…&code=…` is added. Empty: mail has the code
    alone."""

    import_max_bytes: int = Field(default=64_000_000, ge=1)
    """Largest file of an import: 100,000 firms with all of their columns are 34 MB as text. It is in the store until
    its rows are decided, and on disk while it is read."""
    import_max_rows: int = Field(default=100_000, ge=1)
    """Most rows of an import: a file of more is better sent in two, of which each shows what is wrong with it."""

    list_max_bytes: int = Field(default=30_000_000, ge=1)
    """Largest file of the 69-B list: SAT's whole list is some 5 MB with all its columns."""
    list_max_rows: int = Field(default=150_000, ge=1)
    """Most rows of the 69-B list: ten times that of 2024."""
