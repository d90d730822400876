"""No secret reaches a log, an error or a metric, and a log is one line a record in the form asked for."""

import json
import logging
from collections.abc import Iterator

import pytest

from jobs import logs

SECRETS = {
    "OPENAQ_API_KEY": "planted-openaq-0f3a",
    "CLEANAIR_SMTP_PASSWORD": "planted smtp+pass/word",
    "CLEANAIR_WEBHOOK_SECRET": "planted-webhook-77",
    "CLEANAIR_TELEGRAM_TOKEN": "123456:planted-telegram",
    "CLEANAIR_OPERATORS": "Aruzhan:4711;Botir:planted-pin",
}
VALUES = ["planted-openaq-0f3a", "planted smtp+pass/word", "planted-webhook-77", "planted-telegram", "planted-pin"]


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Secrets in the environment; what is installed is taken away again."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    root, factory, level = logging.getLogger(), logging.getLogRecordFactory(), logging.getLogger("cleanair").level
    before = list(root.handlers)
    yield
    root.handlers[:] = before
    logging.setLogRecordFactory(factory)
    logging.getLogger("cleanair").setLevel(level)


def test_secrets_are_hidden_however_they_are_logged(planted: None, capsys: pytest.CaptureFixture[str]) -> None:
    logs.install({})
    log = logging.getLogger("cleanair.test")
    other = logging.getLogger("some.library")  # its records pass the same gate
    for value in VALUES:
        log.warning("asked with %s", value)
        log.warning(f"asked with {value}")
        log.error("%r", ValueError(f"https://host/x?key={value}"))
        log.warning("%(what)s", {"what": value})
        other.warning("half %s%s", value[:5], value[5:])
        try:
            raise RuntimeError(f"no connection to https://user:{value}@host")
        except RuntimeError:
            log.exception("failed")
    log.warning("pin %s, rows %d", "4711", 14711)
    log.warning("https://api.telegram.org/bot99:abc-DEF/sendMessage and https://u:p4ss@proxy/x?sig=99zz&n=1")
    said = capsys.readouterr().err
    for value in [*VALUES, "4711,", "abc-DEF", "p4ss", "99zz"]:
        assert value not in said.replace("14711", ""), value
    assert "rows 14711" in said
    assert "n=1" in said
    assert "Traceback" in said


def test_records_of_the_web_server_keep_their_arguments(planted: None, capsys: pytest.CaptureFixture[str]) -> None:
    logs.install({})
    record = logging.getLogger("uvicorn.access").makeRecord(
        "uvicorn.access", 20, "", 0, '%s - "%s %s HTTP/%s" %d',
        ("127.0.0.1", "GET", "/x?token=planted-openaq-0f3a&city=astana", "1.1", 200), None,
    )  # fmt: skip
    assert record.args == ("127.0.0.1", "GET", "/x?token=***&city=astana", "1.1", 200)


def test_json_is_one_object_a_line(planted: None, capsys: pytest.CaptureFixture[str]) -> None:
    logs.install({"CLEANAIR_LOG": "json", "CLEANAIR_LOG_LEVEL": "debug"})
    log = logging.getLogger("cleanair.collect")
    log.debug("two\nlines, “quotes” and %s", "planted-pin", extra={"network": "openaq", "token": "planted-webhook-77"})
    try:
        raise ValueError("planted-openaq-0f3a")
    except ValueError:
        log.exception("failed")
    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert first["message"] == "two\nlines, “quotes” and ***"
    assert (first["level"], first["logger"], first["network"]) == ("debug", "cleanair.collect", "openaq")
    assert first["token"] == "***"
    assert first["time"].endswith("Z")
    assert second["error"].endswith("ValueError: ***")


def test_installing_twice_says_everything_once(planted: None, capsys: pytest.CaptureFixture[str]) -> None:
    logs.install({})
    logs.install({})
    logging.getLogger("cleanair.x").info("once")
    logging.getLogger("cleanair.x").debug("never")
    said = capsys.readouterr().err
    assert said.count("once") == 1
    assert "never" not in said


def test_extra_fields_are_redacted_too(planted: None, capsys: pytest.CaptureFixture[str]) -> None:
    logs.install({"CLEANAIR_LOG": "json"})
    logging.getLogger("cleanair.x").warning("x", extra={"address": "https://me:planted-webhook-77@h", "key": "zzz"})
    assert "planted" not in capsys.readouterr().err


def test_a_failure_is_said_when_it_begins_and_when_it_ends(caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("cleanair.turns")
    caplog.set_level("INFO", log.name)
    was = False
    for fails in (False, True, True, False, False, True):
        logs.turned(log, was, fails, "x: 100 % lost", "x: works again")
        was = fails
    assert [(r.levelname, r.getMessage()) for r in caplog.records] == [
        ("WARNING", "x: 100 % lost"), ("INFO", "x: works again"), ("WARNING", "x: 100 % lost"),
    ]  # fmt: skip
