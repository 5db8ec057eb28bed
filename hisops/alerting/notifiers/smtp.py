"""Mail through the site's mail server (RFC 5321, 5322)."""

from email.message import EmailMessage
from email.policy import SMTP
from typing import Literal

from hisops.alerting.note import Note, Notifier, Undelivered
from hisops.alerting.outbox import SEND_SECONDS
from hisops.core.errors import OpsError
from hisops.core.io import Io, MailServer
from hisops.core.text import Secret

_TAKEN = 250
_LATER = range(400, 500)


class Smtp(Notifier, frozen=True, kw_only=True):
    """The mail server, how it is protected, and who we are there."""

    server: str = "127.0.0.1:25"
    sender: str = "hisops@localhost"
    security: Literal["none", "starttls", "tls"] = "none"
    user: str = ""
    password: Secret | None = None

    def send(self, io: Io, note: Note) -> str:
        """Hand the mail over; gives its Message-ID. 4xx and silence may pass, 5xx is final."""
        message = compose(note, self.sender, io.now().strftime("%a, %d %b %Y %H:%M:%S +0000"))
        try:
            password = io.secret(self.password.ref) if self.password else ""
            server = MailServer(self.server, self.security, self.user, password)
            reply = io.mail(
                server, self.sender, note.to.email, message.as_bytes(), timeout=SEND_SECONDS
            )
        except OpsError as error:
            raise Undelivered(error.cause, permanent=False) from None
        if reply.code != _TAKEN:
            cause = f"{self.server}: {reply.code} {reply.text}"
            raise Undelivered(cause, permanent=reply.code not in _LATER)
        return str(message["Message-ID"])


def compose(note: Note, sender: str, date: str) -> EmailMessage:
    """The mail of a note; its Message-ID is the note's id, so that copies can be merged."""
    message = EmailMessage(policy=SMTP)
    domain = sender.rpartition("@")[2]
    message["From"] = sender
    message["To"] = note.to.email
    message["Subject"] = _plain(note.subject)
    message["Date"] = date
    message["Message-ID"] = f"<{note.id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    if note.incident is not None:
        thread = f"<incident-{note.incident}@{domain}>"
        message["References"] = thread
    message["X-Idempotency-Key"] = note.id
    if note.severity == "critical" and note.kind == "page":
        message["Importance"] = "high"
    # Not 8bit: a server without 8BITMIME (RFC 6152) would refuse or spoil it.
    message.set_content(note.text, cte="quoted-printable")
    return message


def _plain(text: str) -> str:
    """One line in which nothing can end the header: alerts may say anything.

    email decodes an encoded word (RFC 2047) that it is given, and writes the line ends in it out.
    """
    line = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(line.split()).replace("=?", "= ?")
