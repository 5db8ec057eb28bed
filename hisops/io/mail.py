"""One mail to a mail server (RFC 5321)."""

import smtplib
import socket
import ssl

from hisops.core.errors import Exit, OpsError
from hisops.core.io import MailReply, MailServer
from hisops.io.connection import connect
from hisops.io.deadline import bounded

_READY, _TAKEN, _REFUSED = 220, 250, 554
_GOOD = range(200, 300)  # RFC 5321, 4.2.1: the first digit decides; 251 takes a recipient, too


def post(server: MailServer, sender: str, to: str, message: bytes, timeout: float) -> MailReply:
    """See core.io.Io.mail."""
    client = _client(server, timeout)
    try:
        with bounded(timeout, lambda: client.sock) as check:
            refusal = _address(client, server, sender, to)
            check()
            return refusal or _verdict(*client.data(message))
    except smtplib.SMTPResponseException as error:
        return _reply(error.smtp_code, error.smtp_error)
    except smtplib.SMTPNotSupportedError as error:
        return MailReply(_REFUSED, str(error))
    except (OSError, smtplib.SMTPException) as error:
        cause = f"{server.address}: no answer: {error}"
        raise OpsError(cause, fix="check mail.server", code=Exit.UNREACHABLE) from None
    except ValueError:  # a line end or a sign beyond ASCII; its text would tell the password
        cause = f"{server.address}: its name, sender, recipient, user or password cannot be sent"
        raise OpsError(cause, fix="write them in ASCII, on one line", code=Exit.USAGE) from None
    finally:
        client.close()


def _client(server: MailServer, timeout: float) -> smtplib.SMTP:
    here = socket.gethostname()  # smtplib's default asks the name server, which may hang
    if server.security == "tls":
        context = ssl.create_default_context()
        return _Secured(local_hostname=here, timeout=timeout, context=context)
    return _Plain(local_hostname=here, timeout=timeout)


class _Plain(smtplib.SMTP):
    """Connects within its time-out; `_get_socket` is the hook by which smtplib's own SSL does it."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return connect(host, port, timeout)


class _Secured(smtplib.SMTP_SSL):
    """As _Plain, with TLS from the first byte."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = connect(host, port, timeout)
        return self.context.wrap_socket(plain, server_hostname=self._host)  # type: ignore[attr-defined]  # set by _address


def _address(client: smtplib.SMTP, server: MailServer, sender: str, to: str) -> MailReply | None:
    """Get as far as the message itself; gives the answer that forbids it."""
    host, _, port = server.address.rpartition(":")
    host = host.strip("[]")
    client._host = host  # type: ignore[attr-defined]  # TLS checks it; connect() leaves it empty
    code, text = client.connect(host, int(port))
    if code != _READY:
        return _reply(code if code not in _GOOD else _REFUSED, text)
    if server.security == "starttls":
        client.starttls(context=ssl.create_default_context())
    if server.user:
        client.login(server.user, server.password)
    client.ehlo_or_helo_if_needed()
    code, text = client.mail(sender)
    if code in _GOOD:
        code, text = client.rcpt(to)
    return None if code in _GOOD else _reply(code, text)


def _verdict(code: int, text: bytes) -> MailReply:
    """The answer to the message itself: every good one as 250."""
    return _reply(_TAKEN if code in _GOOD else code, text)


def _reply(code: int, text: bytes | str) -> MailReply:
    words = text.decode(errors="replace") if isinstance(text, bytes) else text
    return MailReply(code, " ".join(words.split()))
