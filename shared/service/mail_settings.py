"""Settings of every service that sends mail."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from shared.runtime.settings import ServiceSettings
from shared.service.mail import FolderSender, NoSender, Sender, SmtpSender


class MailSettings(ServiceSettings):
    """What every service needs, and where mail goes."""

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

    def sender(self) -> Sender:
        """Where mail goes."""
        if self.smtp_host:
            password = self.smtp_password.get_secret_value()
            return SmtpSender(self.smtp_host, self.smtp_port, self.smtp_user, password, self.smtp_tls, self.mail_from)
        return NoSender() if self.mail_folder is None else FolderSender(self.mail_folder, self.mail_from)
