"""Settings of registration. Each is an environment variable `PDP_…`."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from shared.runtime.settings import ServiceSettings
from shared.service.mail import FolderSender, NoSender, Sender, SmtpSender


class RegistrationSettings(ServiceSettings):
    """What registration needs to run."""

    registrations_per_minute: float = Field(default=10, ge=0.001, le=60_000_000)
    """Registrations from one address, over time, of all processes together: registering is open to everybody, and each
    costs a transaction."""
    registrations_burst: int = Field(default=20, ge=1)
    """Registrations from one address, at once: a cluster's office registers several firms in a row."""

    smtp_host: str = ""
    """The server that takes mail. Empty: mail goes to `PDP_MAIL_FOLDER`, or is not sent and the log says so."""
    smtp_port: int = Field(default=587, ge=1, le=65_535)
    """Its port: 587 for `starttls`, 465 for `tls`."""
    smtp_user: str = ""
    """Who signs in there; empty: nobody."""
    smtp_password: SecretStr = SecretStr("")
    """Its password."""
    smtp_tls: Literal["starttls", "tls", "none"] = "starttls"
    """`none` on one machine's loopback address only: a code in it is as good as a signature."""
    mail_from: str = "pdp@localhost"
    """The address that mail comes from."""
    mail_folder: Path | None = None
    """Folder for mail where no server takes it: one machine, its owner reads it there."""
    confirmation_url: str = ""
    """Page where a contact confirms; `?registration=…&code=…` is added. Empty: mail has the code alone."""

    invitation_url: str = ""
    """Page where somebody who is invited accepts; `?supplier=…&invitation=…&code=…` is added. Empty: mail has the code
    alone."""

    import_max_bytes: int = Field(default=32_000_000, ge=1)
    """Largest file of an import. It is in the store until its rows are decided, and on disk while it is read."""
    import_max_rows: int = Field(default=100_000, ge=1)
    """Most rows of an import: a file of more is better sent in two, of which each shows what is wrong with it."""

    list_max_bytes: int = Field(default=30_000_000, ge=1)
    """Largest file of the 69-B list: SAT's whole list is some 5 MB with all its columns."""
    list_max_rows: int = Field(default=150_000, ge=1)
    """Most rows of the 69-B list: ten times that of 2024."""

    def sender(self) -> Sender:
        """Where mail goes."""
        if self.smtp_host:
            password = self.smtp_password.get_secret_value()
            return SmtpSender(self.smtp_host, self.smtp_port, self.smtp_user, password, self.smtp_tls, self.mail_from)
        return NoSender() if self.mail_folder is None else FolderSender(self.mail_folder, self.mail_from)
