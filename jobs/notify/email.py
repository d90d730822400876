"""A notification as e-mail, by the SMTP server that the environment names."""

import hashlib
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime
from ipaddress import ip_address

from data.errors import CentreError
from jobs.notify.channels import PREFIX, Channel, ChannelError, Later, Stop, none_of
from jobs.notify.content import Content

TIMEOUT = 15.0  # [s]
MODES = ("starttls", "tls", "none")
CHANNEL = "email"
# Sentences for what the server puts off, and for what it refuses.
MESSAGE = ("jobs.notify.message_later", "jobs.notify.message_refused")
RECIPIENTS = ("jobs.notify.recipients_later", "jobs.notify.recipients_refused")


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
        user = PREFIX + "SMTP_USER"
        raise Stop("jobs.notify.login", parameter=user, channel=CHANNEL, user=user, password="_PASSWORD") from None
    except smtplib.SMTPRecipientsRefused as error:
        raise _refused(max(code for code, _ in error.recipients.values()), RECIPIENTS) from None
    except smtplib.SMTPResponseException as error:
        raise _refused(error.smtp_code, MESSAGE) from None
    except ssl.SSLError:
        raise Later("jobs.notify.server_certificate", who="operator", channel=CHANNEL) from None
    except (smtplib.SMTPException, OSError) as error:
        raise Later("jobs.notify.no_connection", channel=CHANNEL, kind=type(error).__name__) from None


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
        raise none_of(CHANNEL, "SMTP_TLS", MODES)
    if not way.settings["SMTP_PORT"].isdigit():
        port_of = PREFIX + "SMTP_PORT"
        raise ChannelError("jobs.notify.no_number", parameter=port_of, channel=CHANNEL, variable=port_of)
    user, password = way.settings["SMTP_USER"], way.settings["SMTP_PASSWORD"]
    if user and mode == "none" and not _loopback(host):
        tls = PREFIX + "SMTP_TLS"
        raise ChannelError("jobs.notify.unencrypted", parameter=tls, channel=CHANNEL, variable=tls)
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
        raise Stop("jobs.notify.no_mode", channel=CHANNEL, mode=mode) from None
    except BaseException:
        server.close()
        raise
    return server


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _refused(code: int, keys: tuple[str, str]) -> CentreError:
    later, never = keys
    if 400 <= code < 500:
        return Later(later, channel=CHANNEL, code=code)
    sender = PREFIX + "SMTP_FROM"
    return Stop(never, parameter=sender, channel=CHANNEL, code=code, sender=sender, to="_TO")
