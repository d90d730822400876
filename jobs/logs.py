"""The log of the centre: one line a record, as text or JSON, and no secret in any of them."""

import logging
import os
import re
import sys
import time
import traceback
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TextIO
from urllib.parse import parse_qsl, quote, quote_plus, urlsplit

import orjson

from data.clock import iso
from data.schema import CONTROL
from jobs.access.operators import OPERATORS

FORM, LEVEL = "CLEANAIR_LOG", "CLEANAIR_LOG_LEVEL"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
STARS = "***"
# Variables whose value is a secret, by name; those of addresses hide only what stands before the @ in them.
SECRET_NAME = re.compile(r"(?i)(?:^|_)(?:KEY|APIKEY|TOKEN|SECRET|PASS|PASSWORD|PIN|CREDENTIALS?|COOKIE)(?:_|$)")
# What looks like a secret wherever it stands: an address' user, a named value of a query, a header, a bot's address.
PATTERNS = (
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^/\s@\"'<>]+@"), rf"\1{STARS}@"),
    (
        re.compile(
            r"(?i)((?<![a-z0-9])(?:x[-_])?(?:api[-_]?key|map[-_]?key|access[-_]?key|key|token|access[-_]?token|"
            r"appid|secret|password|passwd|pin|sig|signature|x-amz-[a-z-]+)[\"']?\s*[=:]\s*[\"']?)"
            r"(?!\*\*\*)[^&\s\"',;})\]]+"
        ),
        rf"\1{STARS}",
    ),
    (re.compile(r"(?i)\b(bearer|basic)\s+[a-z0-9._~+/=-]{6,}"), rf"\1 {STARS}"),
    (re.compile(r"(?i)/bot\d+:[\w-]+"), f"/bot{STARS}"),
)
ANYWHERE = 6  # a secret as long as this is hidden wherever it stands, a shorter one only as a whole word
SHORTEST = 4
LONG_PATH = 16  # characters from which the path of a webhook is taken for a secret
RESERVED = frozenset(vars(logging.LogRecord("", 0, "", 0, "", (), None))) | {"message", "asctime", "taskName"}

Factory = Any


def turned(log: logging.Logger, was: bool, fails: bool, failure: str, recovery: str) -> None:
    """
    Say that something began to fail, or works again; nothing while it goes on as before.

    Parameters
    ----------
    log : Logger
    was, fails : bool
        Whether it failed the last time, and whether it fails now.
    failure, recovery : str
        What is said of the one and of the other.
    """
    if fails and not was:
        log.warning("%s", failure)
    elif was and not fails:
        log.info("%s", recovery)


def secrets(env: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """
    Every secret of the environment, longest first, also as it is spelled in an address.

    Parameters
    ----------
    env : mapping, optional
        The process' own by default.

    Examples
    --------
    >>> secrets({"OPENAQ_API_KEY": "a b-long-key", "CLEANAIR_OPERATORS": "Aru:4711:Akimat", "HOME": "/root"})
    ('a%20b-long-key', 'a b-long-key', 'a+b-long-key', '4711')
    """
    found: set[str] = set()
    for name, value in (os.environ if env is None else env).items():
        if name == OPERATORS:
            found |= {entry.split(":")[1].strip() for entry in value.split(";") if ":" in entry}
        elif name.endswith("WEBHOOK_URL"):  # who knows the address may write there
            parts = urlsplit(value.strip())
            found |= {parts.query, *(v for _, v in parse_qsl(parts.query))}
            found |= {parts.path.strip("/")} if len(parts.path) >= LONG_PATH else set()
        elif SECRET_NAME.search(name):
            found |= {value.strip(), value.partition(":")[2].strip()}  # a bot's token is "number:secret"
    spelled = {form for s in found if len(s) >= SHORTEST for form in (s, quote(s), quote(s, safe=""), quote_plus(s))}
    return tuple(sorted(spelled, key=lambda s: (-len(s), s)))


def redacted(text: object, known: Iterable[str] | None = None) -> str:
    """
    A text without secrets: those of the environment, and whatever looks like one.

    Parameters
    ----------
    text : object
        Anything that is going to be read by somebody.
    known : iterable of str, optional
        Secrets; by default those of the environment.

    Examples
    --------
    >>> redacted("GET https://me:pw@host/x?token=abc&n=1 failed for hunter22", ["hunter22"])
    'GET https://***@host/x?token=***&n=1 failed for ***'
    """
    said = str(text)
    for secret in secrets() if known is None else known:
        if len(secret) >= ANYWHERE:
            said = said.replace(secret, STARS)
        elif secret in said:
            said = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", STARS, said)
    for pattern, instead in PATTERNS:
        said = pattern.sub(instead, said)
    return said


def install(env: Mapping[str, str] | None = None, *, level: str = "INFO") -> None:
    """
    Make every record of this process pass the redaction, and write it in the form that `CLEANAIR_LOG` names.

    Parameters
    ----------
    env : mapping, optional
        Where `CLEANAIR_LOG` (``text`` or ``json``) and `CLEANAIR_LOG_LEVEL` are read; the process' own by default.
    level : str
        Where the environment names none.

    Notes
    -----
    Redaction sits where records are made, so that it also holds for handlers of the web server and of libraries.
    It may be called again: nothing is installed twice.
    """
    given = os.environ if env is None else env
    wanted = given.get(LEVEL, "").strip().upper()
    form = Json() if given.get(FORM, "").strip().lower() == "json" else Plain()
    if not getattr(logging.getLogRecordFactory(), "redacts", False):
        logging.setLogRecordFactory(_redacting(logging.getLogRecordFactory()))
    root = logging.getLogger()
    mine = next((h for h in root.handlers if isinstance(h, Stderr)), None)
    if mine is None:
        mine = Stderr()
        root.addHandler(mine)
    mine.setFormatter(form)
    logging.getLogger("cleanair").setLevel(wanted if wanted in LEVELS else level)
    if isinstance(form, Json):
        for handler in _others(mine):
            handler.setFormatter(form)


class Stderr(logging.StreamHandler[TextIO]):
    """Writes to whatever the standard error is at that moment."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr


class Plain(logging.Formatter):
    """A record as a line for people; a traceback follows on lines of its own."""

    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        super().__init__("%(asctime)sZ %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line, and nothing in it that begins another or speaks to a terminal."""
        return _one_line(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:
        """The traceback, set in, so that nothing in it looks like a record."""
        return _set_in(super().formatException(ei))

    def format(self, record: logging.LogRecord) -> str:
        """Line and traceback; one that was made before is set in too."""
        if record.exc_text and not record.exc_text.startswith("  "):
            record.exc_text = _set_in(record.exc_text)
        return super().format(record)


class Json(logging.Formatter):
    """A record as one JSON object a line: time, level, logger, message, and what the caller added."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        said: dict[str, Any] = {
            "time": iso(datetime.fromtimestamp(record.created, UTC), "milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        known = secrets()
        said |= {k: _clean(v, known) for k, v in vars(record).items() if k not in RESERVED and not k.startswith("_")}
        if record.exc_text:
            said["error"] = record.exc_text
        return _one_line(redacted(orjson.dumps(said, default=str, option=orjson.OPT_NON_STR_KEYS).decode(), ()))


def _one_line(text: str) -> str:
    r"""
    A text without anything that ends a line or moves a terminal's cursor.

    Examples
    --------
    >>> _one_line("a\nb")
    'a\\u000ab'
    """
    return CONTROL.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def _set_in(text: str) -> str:
    return "\n".join("  " + _one_line(line) for line in text.split("\n"))


def _others(mine: logging.Handler) -> list[logging.Handler]:
    """Handlers that the web server and libraries brought, so that a machine reads one form only."""
    loggers = [x for x in logging.root.manager.loggerDict.values() if isinstance(x, logging.Logger)]
    every = [h for logger in [logging.getLogger(), *loggers] for h in logger.handlers if h is not mine]
    console = (sys.stderr, sys.stdout, sys.__stderr__, sys.__stdout__)
    return [h for h in every if isinstance(h, logging.StreamHandler) and h.stream in console]


def _redacting(made: Factory) -> Factory:
    """A maker of records whose words, arguments and traceback hold no secret."""

    def make(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record: logging.LogRecord = made(*args, **kwargs)
        known = secrets()
        record.msg = redacted(record.msg, known) if isinstance(record.msg, str) else _clean(record.msg, known)
        if isinstance(record.args, tuple):
            record.args = tuple(_clean(a, known) for a in record.args)
        elif record.args:
            record.args = {k: _clean(v, known) for k, v in record.args.items()}
        _whole(record, known)
        if record.exc_info and record.exc_info[0] is not None:
            record.exc_text = redacted("".join(traceback.format_exception(*record.exc_info)).rstrip(), known)
        return record

    make.redacts = True  # type: ignore[attr-defined]
    return make


def _clean(value: object, known: Iterable[str]) -> object:
    """An argument as it is where it holds no secret, else its redacted words."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return redacted(value, known)
    for words in (str(value), repr(value)):
        if redacted(words, known) != words:
            return redacted(str(value), known)
    return value


def _whole(record: logging.LogRecord, known: Iterable[str]) -> None:
    """A secret that only appears once words and arguments are joined."""
    try:
        said = record.getMessage()
    except (TypeError, ValueError):  # the caller's own mistake, told by the handler
        return
    if redacted(said, known) != said:
        record.msg, record.args = redacted(said, known), ()
