"""Alarms leave the centre: signed, once per id, through outages and restarts, and never with a secret in a message."""

import base64
import hashlib
import hmac
import json
import logging
import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from cli.main import main
from data.rules.alarms import PRIORITIES, rules
from data.store import Store, open_store
from data.store.tables.schemas import TABLES
from jobs.alarms.reports import reports
from jobs.notify import deliver, outbox
from jobs.notify import webhook as notify_webhook
from models.alarms.states import Entry, frame
from tests.conftest import NOW, hourly

controller = pytest.importorskip("aiosmtpd.controller", reason="the loopback SMTP server needs aiosmtpd")
smtp = pytest.importorskip("aiosmtpd.smtp")

SECRET = "sentinel-secret-93021"
LIMITS = [rule for rule in rules().rules if rule.law == "kz" and rule.kind == "limit"]
RULES = [rule.key for rule in LIMITS][:7]


def of_priority(priority: str) -> str:
    """A rule for Astana; the shipped rules are tuned, so that no test relies on one's priority."""
    return next(r.key for r in rules().rules if r.priority == priority and r.law in ("", "kz") and r.view != "health")


HIGH = of_priority("high")


@pytest.fixture(autouse=True)
def _no_channel_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [n for n in os.environ if n.startswith("CLEANAIR_NOTIFY_")]:
        monkeypatch.delenv(name)
    for channel in ("WEBHOOK", "EMAIL", "TELEGRAM"):
        monkeypatch.setenv(f"CLEANAIR_NOTIFY_{channel}_PRIORITY", "low")


def ring(rule: str = "pm25-24h-kz", at: datetime = NOW, action: str = "raised", **more: object) -> Entry:
    city = "tashkent" if rule.endswith("uz") else "astana"
    raised = more.pop("raised", at)
    return Entry(at, rule, city, action, occurrence=f"{rule}:{city}:{raised.isoformat()}", value=87.4, **more)  # type: ignore[attr-defined, arg-type]


def log(store: Store, *entries: Entry) -> None:
    store.extend("alarm_log", frame(entries))


@pytest.fixture
def webhook(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> HTTPServer:
    monkeypatch.setenv("CLEANAIR_NOTIFY_WEBHOOK_URL", httpserver.url_for(f"/hook/{SECRET}"))
    monkeypatch.setenv("CLEANAIR_NOTIFY_WEBHOOK_SECRET", SECRET)
    return httpserver


def answers(server: HTTPServer, *statuses: int, path: str = f"/hook/{SECRET}", **headers: str) -> list[Request]:
    """Let the server answer so, the last again and again; what it was sent is listed."""
    got: list[Request] = []

    def answer(request: Request) -> Response:
        got.append(request)
        status = statuses[min(len(got), len(statuses)) - 1]
        return Response("", status=status, headers={k.replace("_", "-"): v for k, v in headers.items()})

    server.expect_request(path, method="POST").respond_with_handler(answer)
    return got


def send(store: Store, now: datetime = NOW) -> int:
    return deliver.deliver(store, now, jitter=lambda: 0.5)


# --- the outbox ------------------------------------------------------------------------------------------------------


def test_nothing_is_kept_or_sent_while_no_channel_is_set_up(store: Store) -> None:
    log(store, ring())
    assert send(store) == 0
    assert len(outbox.read(store)) == 0


def test_a_ring_is_told_once(store: Store, webhook: HTTPServer) -> None:
    got = answers(webhook, 200)
    log(store, ring())
    assert [send(store), send(store), send(store, NOW + timedelta(hours=3))] == [1, 0, 0]
    assert len(got) == 1


def test_the_intent_is_committed_before_the_first_try(store: Store, webhook: HTTPServer) -> None:
    seen: list[pd.DataFrame] = []

    def look(request: Request) -> Response:
        seen.append(outbox.read(open_store(store.folder)))
        return Response("")

    webhook.expect_request(f"/hook/{SECRET}").respond_with_handler(look)
    log(store, ring())
    send(store)
    assert list(seen[0]["id"]) == [f"pm25-24h-kz:astana:{NOW.isoformat()}:raised:webhook"]
    assert seen[0]["sent"].isna().all()
    assert outbox.read(store)["sent"].notna().all()


def test_killed_between_send_and_record_it_is_sent_again_with_the_same_id(
    store: Store, webhook: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    got = answers(webhook, 200)
    log(store, ring())
    with monkeypatch.context() as patched:
        patched.setattr(outbox, "settled", lambda *a: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            send(store)
    assert send(open_store(store.folder), NOW + timedelta(minutes=1)) == 1
    first, second = got
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.data == second.data


def test_old_entries_are_no_news(store: Store, webhook: HTTPServer) -> None:
    got = answers(webhook, 200)
    log(store, ring(at=NOW - timedelta(hours=25)))
    assert send(store) == 0
    assert got == []


def test_what_an_operator_writes_stays_inside(store: Store, webhook: HTTPServer) -> None:
    got = answers(webhook, 200)
    log(store, ring(), ring(action="acknowledged", by="Aigul"), ring(action="comment", note=SECRET))
    assert send(store) == 1
    assert SECRET.encode() not in got[0].data


def test_ring_return_and_ring_again_are_three_messages_of_one_occurrence(store: Store, webhook: HTTPServer) -> None:
    got = answers(webhook, 200)
    later = [NOW + timedelta(hours=n) for n in (1, 2)]
    log(store, ring(), ring(at=later[0], action="returned", raised=NOW))
    log(store, ring(at=later[1], action="rang_again", raised=NOW))
    assert send(store, later[1]) == 3
    bodies = [json.loads(request.data) for request in got]
    assert [b["type"] for b in bodies] == ["alarm.raised", "alarm.returned", "alarm.rang_again"]
    assert len({b["id"] for b in bodies}) == 3
    assert len({b["alarms"][0]["occurrence"] for b in bodies}) == 1


@given(tries=some.integers(1, 10_000), jitter=some.floats(0, 1))
def test_waits_grow_and_stay_bounded(tries: int, jitter: float) -> None:
    wait = outbox.backoff(tries, jitter)
    assert timedelta(seconds=15) <= wait <= 1.5 * outbox.LONGEST
    assert outbox.backoff(tries + 1, jitter) >= wait


def test_settled_rows_are_forgotten_after_a_month_and_open_ones_are_not(store: Store) -> None:
    old = NOW - timedelta(days=40)
    told = reports(frame([ring(at=old), ring("pm10-24h-kz", at=old)]), TABLES["alarms"].empty())
    box = outbox.intents(told, outbox.read(store), {"email": "low"}, old)
    box = outbox.settled(box, [box["id"][0]], old)
    assert list(outbox.keep(store, box, NOW)["id"]) == [box["id"][1]]
    assert list(outbox.read(store)["id"]) == [box["id"][1]]


# --- failures --------------------------------------------------------------------------------------------------------


def test_an_outage_is_waited_out_with_growing_pauses(store: Store, webhook: HTTPServer) -> None:
    got = answers(webhook, 503, 503, 200)
    log(store, ring())
    assert send(store) == 0
    row = outbox.read(store).iloc[0]
    assert (row["next"] - NOW, row["tries"]) == (timedelta(seconds=30), 1)
    assert "it is tried again" in row["error"]
    assert send(store, NOW + timedelta(seconds=20)) == 0
    assert len(got) == 1, "it was tried before its time"
    second = NOW + timedelta(seconds=31)
    send(store, second)
    assert outbox.read(store).iloc[0]["next"] - second == timedelta(seconds=60)
    assert send(open_store(store.folder), NOW + timedelta(minutes=5)) == 1
    row = outbox.read(store).iloc[0]
    assert (row["tries"], row["error"]) == (3, "")


def test_retry_after_is_honoured(store: Store, webhook: HTTPServer) -> None:
    answers(webhook, 429, 200, Retry_After="900")
    log(store, ring())
    send(store)
    assert outbox.read(store).iloc[0]["next"] - NOW == timedelta(seconds=900)


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"Retry-After": "7"}, b"", 7),
        ({}, b'{"parameters": {"retry_after": 12}}', 12),
        ({}, b"<html>", 0),
        ({"Retry-After": "soon"}, b"", 0),
        ({"Retry-After": "9" * 30}, b"", 86400),
        ({"Retry-After": "Sun, 01 Jan 2012 00:00:00 GMT"}, b"", 0),
    ],
)
def test_what_a_receiver_asks_for(headers: dict[str, str], body: bytes, seconds: int) -> None:
    assert notify_webhook._retry_after(headers, body) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("status", "who"), [(401, "must renew it"), (404, "must correct it"), (302, "ask whoever runs it")]
)
def test_a_refusal_stops_and_says_who_must_act(store: Store, webhook: HTTPServer, status: int, who: str) -> None:
    got = answers(webhook, status, 200, Location="http://127.0.0.1:9/elsewhere")
    log(store, ring())
    assert [send(store), send(store, NOW + timedelta(hours=2))] == [0, 0]
    assert len(got) == 1
    row = outbox.read(store).iloc[0]
    assert who in row["error"]
    assert str(status) in row["error"]
    assert pd.isna(row["next"])
    assert pd.isna(row["sent"])


def test_a_receiver_that_is_away_for_a_week_is_given_up(store: Store, webhook: HTTPServer) -> None:
    answers(webhook, 503)
    log(store, ring())
    send(store)
    send(store, NOW + timedelta(days=8))
    row = outbox.read(store).iloc[0]
    assert pd.isna(row["next"])
    assert "given up" in row["error"]


def test_one_failing_channel_delays_no_other(
    store: Store, webhook: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    got = answers(webhook, 200)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("CLEANAIR_NOTIFY_TELEGRAM_URL", f"http://127.0.0.1:{closed.getsockname()[1]}")
        monkeypatch.setenv("CLEANAIR_NOTIFY_TELEGRAM_TOKEN", SECRET)
        monkeypatch.setenv("CLEANAIR_NOTIFY_TELEGRAM_CHAT", "-100")
        log(store, ring(HIGH))
        assert send(store) == 1
    assert len(got) == 1
    assert "no connection" in outbox.read(store).set_index("channel").loc["telegram", "error"]


def test_a_channel_half_set_up_names_what_is_missing_and_loses_nothing(
    store: Store, webhook: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    got = answers(webhook, 200)
    monkeypatch.delenv("CLEANAIR_NOTIFY_WEBHOOK_SECRET")
    log(store, ring())
    assert send(store) == 0
    assert "CLEANAIR_NOTIFY_WEBHOOK_SECRET is not set" in outbox.read(store).iloc[0]["error"]
    monkeypatch.setenv("CLEANAIR_NOTIFY_WEBHOOK_SECRET", SECRET)
    assert send(store, NOW + timedelta(hours=2)) == 1
    assert len(got) == 1


def test_a_second_process_does_not_send_the_same(store: Store, webhook: HTTPServer) -> None:
    got = answers(webhook, 200)
    log(store, ring())
    with deliver._alone(store) as mine:
        assert mine
        assert send(open_store(store.folder)) == 0
    assert got == []


# --- floods, priorities, languages -----------------------------------------------------------------------------------


def test_a_flood_is_one_message_that_keeps_its_id_through_an_outage(store: Store, webhook: HTTPServer) -> None:
    got = answers(webhook, 503, 200)
    log(store, *(ring(rule) for rule in RULES))
    assert send(store) == 0
    log(store, ring("pm25-single-kz", at=NOW + timedelta(minutes=5)))
    assert send(store, NOW + timedelta(minutes=6)) == 2
    bodies = [json.loads(request.data) for request in got]
    assert [len(b["alarms"]) for b in bodies] == [7, 7, 1]
    assert bodies[0]["id"] == bodies[1]["id"]
    assert bodies[0]["type"] == "alarm.summary"
    assert "7 alarm messages" in bodies[0]["subject"]
    urgent = min(bodies[0]["alarms"], key=lambda a: PRIORITIES.index(a["priority"]))
    assert urgent["text"]["en"] in bodies[0]["text"].splitlines()[0], "the most urgent comes first"


def test_few_are_told_one_by_one(store: Store, webhook: HTTPServer) -> None:
    got = answers(webhook, 200)
    log(store, *(ring(rule) for rule in RULES[: outbox.FLOOD]))
    assert send(store) == outbox.FLOOD == len(got)


@pytest.mark.parametrize(("least", "told"), [("low", 3), ("medium", 2), ("high", 1), ("critical", 0)])
def test_each_channel_has_its_lowest_priority(
    store: Store, webhook: HTTPServer, monkeypatch: pytest.MonkeyPatch, least: str, told: int
) -> None:
    answers(webhook, 200)
    monkeypatch.setenv("CLEANAIR_NOTIFY_WEBHOOK_PRIORITY", least)
    log(store, *(ring(of_priority(p)) for p in ("high", "medium", "low")))
    assert send(store) == told


@pytest.mark.parametrize(
    ("language", "word"), [("en", "above"), ("ru", "выше"), ("uz", "REMdan yuqori"), ("kk", "ШЖШ-дан жоғары")]
)
def test_each_channel_has_its_language(
    store: Store, webhook: HTTPServer, monkeypatch: pytest.MonkeyPatch, language: str, word: str
) -> None:
    got = answers(webhook, 200)
    monkeypatch.setenv("CLEANAIR_NOTIFY_WEBHOOK_LANG", language)
    log(store, ring())
    send(store)
    body = json.loads(got[0].data)
    assert word in body["subject"]
    assert "87" in body["text"]
    assert "35" in body["text"]
    assert (body["alarms"][0]["limit"], body["alarms"][0]["value"]) == (35.0, 87.4)


# --- replays and the demo world --------------------------------------------------------------------------------------


def test_a_replay_sends_only_as_an_exercise(store: Store, webhook: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    got = answers(webhook, 200)
    monkeypatch.setenv("CLEANAIR_NOW", NOW.isoformat())
    log(store, ring())
    assert send(store) == 0
    assert len(outbox.read(store)) == 0
    monkeypatch.setenv("CLEANAIR_NOTIFY_EXERCISE", "1")
    assert send(store) == 1
    body = json.loads(got[0].data)
    assert body["exercise"] is True
    assert body["subject"].startswith("EXERCISE")


def test_the_demo_world_sends_nothing(tmp_path: Path, webhook: HTTPServer) -> None:
    got = answers(webhook, 200)
    demo = open_store(tmp_path / "store-demo")
    log(demo, ring())
    assert send(demo) == 0
    assert got == []


# --- webhook ---------------------------------------------------------------------------------------------------------


def test_the_signature_is_that_of_standard_webhooks() -> None:
    """The example that Standard Webhooks' own libraries are tested with."""
    key, id, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}'
    assert notify_webhook.signature(key, id, "1614265330", body) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_receiver_can_check_what_it_got(store: Store, webhook: HTTPServer) -> None:
    got = answers(webhook, 200)
    log(store, ring())
    send(store)
    head, body = got[0].headers, got[0].data
    signed = f"{head['webhook-id']}.{head['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()).decode()
    assert head["webhook-signature"] == f"v1,{expected}"
    assert abs(int(head["webhook-timestamp"]) - datetime.now(UTC).timestamp()) < 60
    assert json.loads(body)["id"] == head["webhook-id"]


# --- e-mail ----------------------------------------------------------------------------------------------------------


class Mailbox:
    """What a loopback SMTP server was handed, and what it answers next."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.answers: list[str] = []

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        told = self.answers.pop(0) if self.answers else "250 OK"
        if told.startswith("2"):
            self.letters.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[attr-defined]
        return told


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Mailbox]]:
    running = []

    def start(**options: object) -> Mailbox:
        box = Mailbox()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = controller.Controller(box, hostname="127.0.0.1", port=port, **options)
        server.start()
        running.append(server)
        plain = {"HOST": "localhost", "PORT": port, "TLS": "none", "FROM": "centre@example.org", "TO": "a@example.org"}
        for name, value in plain.items():
            monkeypatch.setenv(f"CLEANAIR_NOTIFY_SMTP_{name}", str(value))
        return box

    yield start
    for server in running:
        server.stop()


def test_a_letter_can_be_recognised_and_threaded(store: Store, serve: Callable[..., Mailbox]) -> None:
    box = serve()
    log(store, ring(), ring(at=NOW + timedelta(hours=1), action="returned", raised=NOW))
    assert send(store, NOW + timedelta(hours=1)) == 2
    first, second = box.letters
    assert re.fullmatch(r"Alarm, \w+: Astana: PM2.5 above the 24-hour limit", first["Subject"])
    assert first["Message-ID"] != second["Message-ID"]
    assert first["References"] == second["References"]
    assert first["Auto-Submitted"] == "auto-generated"
    assert "PM2.5, 24-h mean: 87.4" in first.get_content()
    again = deliver.email.letter(deliver.channels()[0], content_of(first["X-CleanAir-Id"]))
    assert again["Message-ID"] == first["Message-ID"]


def content_of(id: str) -> deliver.Content:
    return deliver.Content(id, "alarm.raised", NOW, False, "en", "x\r\nBcc: everybody@example.org", ("y",))


def test_a_subject_cannot_carry_another_header(serve: Callable[..., Mailbox]) -> None:
    box = serve()
    deliver.SENDERS["email"](deliver.channels()[0], content_of("1"))
    assert box.letters[0]["Bcc"] is None
    assert box.letters[0]["Subject"] == "x Bcc: everybody@example.org"


@pytest.mark.parametrize(
    ("answer", "tried_again", "said"),
    [("451 later", True, "puts the message off"), ("554 no", False, "refuses the message")],
)
def test_what_the_mail_server_answers(
    store: Store, serve: Callable[..., Mailbox], answer: str, tried_again: bool, said: str
) -> None:
    box = serve()
    box.answers = [answer]
    log(store, ring())
    assert send(store) == 0
    row = outbox.read(store).iloc[0]
    assert said in row["error"]
    assert pd.notna(row["next"]) is tried_again
    assert send(store, NOW + timedelta(hours=2)) == int(tried_again)
    assert len(box.letters) == int(tried_again)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost that signs itself, with its key."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, today = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(today - timedelta(days=1)).not_valid_after(today + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    shown = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    kept = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path_factory.mktemp("certificate") / "localhost.pem"
    path.write_bytes(shown + kept)
    return path


def test_starttls_and_login(
    store: Store, serve: Callable[..., Mailbox], certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    seen = []

    def login(server: object, session: object, envelope: object, mechanism: str, data: object) -> object:
        seen.append((data.login, data.password, session.ssl is not None))  # type: ignore[attr-defined]
        return smtp.AuthResult(success=data.password == SECRET.encode(), handled=False)  # type: ignore[attr-defined]

    box = serve(tls_context=tls, require_starttls=True, authenticator=login, auth_required=True)
    monkeypatch.setenv("CLEANAIR_NOTIFY_SMTP_TLS", "starttls")
    monkeypatch.setenv("CLEANAIR_NOTIFY_SMTP_USER", "centre")
    monkeypatch.setenv("CLEANAIR_NOTIFY_SMTP_PASSWORD", SECRET)
    log(store, ring())
    assert send(store) == 0
    assert "certificate was not accepted" in outbox.read(store).iloc[0]["error"]
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert send(store, NOW + timedelta(minutes=5)) == 1
    assert len(box.letters) == 1
    assert seen == [(b"centre", SECRET.encode(), True)]
    monkeypatch.setenv("CLEANAIR_NOTIFY_SMTP_PASSWORD", "wrong-" + SECRET)
    log(store, ring("pm10-24h-kz", at=NOW + timedelta(minutes=5)))
    assert send(store, NOW + timedelta(minutes=6)) == 0
    refused = outbox.read(store).iloc[-1]["error"]
    assert "user or password refused" in refused
    assert SECRET not in refused


def test_a_server_without_starttls_gets_nothing(
    store: Store, serve: Callable[..., Mailbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    box = serve()
    monkeypatch.setenv("CLEANAIR_NOTIFY_SMTP_TLS", "starttls")
    log(store, ring())
    assert send(store) == 0
    assert "offers no starttls" in outbox.read(store).iloc[0]["error"]
    assert box.letters == []


def test_a_password_never_leaves_unencrypted(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = {"HOST": "mail.example.org", "FROM": "a@b", "TO": "c@d", "USER": "u", "PASSWORD": SECRET, "TLS": "none"}
    for name, value in plain.items():
        monkeypatch.setenv(f"CLEANAIR_NOTIFY_SMTP_{name}", value)
    monkeypatch.setattr(smtplib, "SMTP", lambda *a, **k: pytest.fail("it connected"))
    assert "unencrypted" in deliver.try_out(NOW, "")["email"]


# --- Telegram --------------------------------------------------------------------------------------------------------


@pytest.fixture
def telegram(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> HTTPServer:
    monkeypatch.setenv("CLEANAIR_NOTIFY_TELEGRAM_URL", httpserver.url_for("/"))
    monkeypatch.setenv("CLEANAIR_NOTIFY_TELEGRAM_TOKEN", SECRET)
    monkeypatch.setenv("CLEANAIR_NOTIFY_TELEGRAM_CHAT", "-1001")
    return httpserver


def test_telegram_is_sent_plain_text(store: Store, telegram: HTTPServer) -> None:
    got = answers(telegram, 200, path=f"/bot{SECRET}/sendMessage")
    log(store, ring(HIGH))
    assert send(store) == 1
    body = json.loads(got[0].data)
    assert (body["chat_id"], "parse_mode" in body) == ("-1001", False)
    assert next(r for r in rules().rules if r.key == HIGH).text["en"] in body["text"]
    assert len(body["text"]) <= 4096


def test_telegrams_own_word_for_later(store: Store, telegram: HTTPServer) -> None:
    said = json.dumps({"ok": False, "error_code": 429, "parameters": {"retry_after": 77}})
    telegram.expect_request(f"/bot{SECRET}/sendMessage").respond_with_data(said, status=429)
    log(store, ring(HIGH))
    send(store)
    assert outbox.read(store).iloc[0]["next"] - NOW == timedelta(seconds=77)


# --- secrets ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500])
def test_no_secret_in_logs_errors_or_outbox(
    store: Store, webhook: HTTPServer, telegram: HTTPServer, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    echo = f"bad token {SECRET}"
    webhook.expect_request(f"/hook/{SECRET}").respond_with_data(echo, status=status)
    telegram.expect_request(f"/bot{SECRET}/sendMessage").respond_with_data(echo, status=status)
    log(store, ring(HIGH))
    with caplog.at_level(logging.DEBUG):
        send(store)
        told = deliver.try_out(NOW, "")
    assert len(told) == 2
    assert all(told.values())
    logged = " ".join(r.getMessage() for r in caplog.records if r.name != "werkzeug")  # the receiver's own log
    everywhere = logged + str(told) + outbox.read(store).to_csv() + repr(deliver.channels())
    assert SECRET not in everywhere


def test_credentials_in_an_address_stay_out_of_the_error(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANAIR_NOTIFY_WEBHOOK_URL", f"http://user:{SECRET}@127.0.0.1:1/x?token={SECRET}")
    monkeypatch.setenv("CLEANAIR_NOTIFY_WEBHOOK_SECRET", "s")
    log(store, ring())
    send(store)
    error = outbox.read(store).iloc[0]["error"]
    assert error
    assert SECRET not in error


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_command_sends_a_marked_test(webhook: HTTPServer, capsys: pytest.CaptureFixture[str]) -> None:
    got = answers(webhook, 200, 500)
    assert main(["notify", "test"]) == 0
    body = json.loads(got[0].data)
    assert (body["type"], body["alarms"]) == ("alarm.test", [])
    assert "no alarm rings" in body["text"]
    assert main(["notify", "test", "--channel", "webhook"]) == 1
    assert "webhook: 500" in capsys.readouterr().out


def test_the_command_says_what_to_set(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["notify", "test"]) == 1
    assert "CLEANAIR_NOTIFY_WEBHOOK_URL" in capsys.readouterr().err


def test_what_was_refused_is_listed_and_leaves_after_retry(
    webhook: HTTPServer, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    answers(webhook, 404, 200)
    store.append(hourly([1.0]))  # the real store is shown, not the demo world
    log(store, ring())
    assert send(store) == 0
    name = outbox.read(store)["id"].item()
    assert main(["notify", "list"]) == 0
    said = capsys.readouterr().out
    assert f"refused: {name} (1 tries)" in said
    assert "nobody receives at this address" in said
    assert SECRET not in said
    assert send(store, NOW + timedelta(days=1)) == 0, "nobody tries a refused message by itself"
    assert main(["notify", "retry", "no-such"]) == 1
    assert main(["notify", "retry"]) == 1
    with pytest.MonkeyPatch.context() as moved:
        moved.setenv("CLEANAIR_NOW", (NOW + timedelta(days=1)).isoformat())
        assert main(["notify", "retry", name]) == 0
    assert send(store, NOW + timedelta(days=1, minutes=1)) == 1
    capsys.readouterr()
    assert main(["notify", "list"]) == 0
    assert "nothing waits" in capsys.readouterr().out
    assert main(["notify", "list", "--all"]) == 0
    assert f"sent: {name} (2 tries)" in capsys.readouterr().out


def test_every_key_that_leaves_is_in_the_dictionary(store: Store, webhook: HTTPServer) -> None:
    from tests.house.test_dictionary import described

    got = answers(webhook, 200)
    log(store, ring())
    send(store)
    body = json.loads(got[0].data)
    assert list(body) == described("webhook")
    assert list(body["alarms"][0]) == described("webhook alarm")
    assert list(outbox.COLUMNS) == described("outbox")


def test_every_language_says_everything() -> None:
    from jobs.alarms.reports import spoken

    english = spoken("en").entries
    for code in ("ru", "uz", "kk"):
        assert set(spoken(code).entries) == set(english), code
