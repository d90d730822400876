"""A notification as e-mail, by the SMTP server that the environment names."""

import hashlib
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime
from ipaddress import ip_address

from jobs.notify.channels import PREFIX, Channel, ChannelError, Later, Stop
from jobs.notify.content import Content

TIMEOUT = 15.0  # [s]
MODES = ("starttls", "tls", "none")


def send(way: Channel, content: Content) -> None:
    """
    Hand one message to the SMTP server.

    Raises
    ------
    Later
        The server cannot be reached, or asks to come again (4xx).
    Stop
        The server refuses for good (5xx).
    ChannelError
        The channel is not set up rightly.
    """
    message = letter(way, content)
    try:
        with _connected(way) as server:
            server.send_message(message)
    except smtplib.SMTPAuthenticationError:
        raise Stop(
            f"email: user or password refused; whoever runs the server must set {PREFIX}SMTP_USER and _PASSWORD"
        ) from None
    except smtplib.SMTPRecipientsRefused as error:
        raise _refused(max(code for code, _ in error.recipients.values()), "recipients") from None
    except smtplib.SMTPResponseException as error:
        raise _refused(error.smtp_code, "message") from None
    except ssl.SSLError:
        raise Later("email: the server's certificate was not accepted; check its name and the CA files") from None
    except (smtplib.SMTPException, OSError) as error:
        raise Later(f"email: no connection ({type(error).__name__}); it is tried again") from None


def letter(way: Channel, content: Content) -> EmailMessage:
    """
    The message itself.

    Notes
    -----
    Its Message-ID follows from the notification's id, so that a repetition is known as one; messages of one
    occurrence refer to each other and stand together in a mail box.
    """
    message = EmailMessage()
    domain = way.settings["SMTP_FROM"].rpartition("@")[2].strip("> ") or "localhost"
    message["Subject"] = " ".join(content.subject.split())
    message["From"] = way.settings["SMTP_FROM"]
    message["To"] = way.settings["SMTP_TO"]
    message["Date"] = format_datetime(content.at)
    message["Message-ID"] = _name(content.id, domain)
    if content.thread:
        message["References"] = _name(content.thread, domain)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    message["X-CleanAir-Id"] = " ".join(content.id.split())
    message.set_content("\n".join(content.lines))
    return message


def _name(text: str, domain: str) -> str:
    return f"<{hashlib.sha256(text.encode()).hexdigest()[:32]}@{domain}>"


def _connected(way: Channel) -> smtplib.SMTP:
    host, mode = way.settings["SMTP_HOST"], way.settings["SMTP_TLS"]
    if mode not in MODES:
        raise ChannelError(f"email: {PREFIX}SMTP_TLS is none of {', '.join(MODES)}; mend it")
    if not way.settings["SMTP_PORT"].isdigit():
        raise ChannelError(f"email: {PREFIX}SMTP_PORT is no number; mend it")
    user, password = way.settings["SMTP_USER"], way.settings["SMTP_PASSWORD"]
    if user and mode == "none" and not _loopback(host):
        raise ChannelError(f"email: a password would leave unencrypted; set {PREFIX}SMTP_TLS to starttls or tls")
    port, trusted = int(way.settings["SMTP_PORT"]), ssl.create_default_context()
    if mode == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=trusted)
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT)
    try:
        if mode == "starttls":
            server.starttls(context=trusted)
        if user:
            server.login(user, password)
    except smtplib.SMTPNotSupportedError:
        server.close()
        raise Stop(f"email: the server offers no {mode} or no login; whoever runs it must act") from None
    except BaseException:
        server.close()
        raise
    return server


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _refused(code: int, what: str) -> Exception:
    if 400 <= code < 500:
        return Later(f"email: {code}: the server puts the {what} off; it is tried again")
    return Stop(f"email: {code}: the server refuses the {what}; check {PREFIX}SMTP_FROM and _TO")
