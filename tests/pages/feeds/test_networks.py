"""The board of networks: each in its own words, what failed of one that came in part, a machine that reaches none."""

from datetime import UTC, datetime, timedelta

import pytest

from data.store import Store
from jobs.collect import lost
from pages.ui.reader import language
from pages.ui.wall import panels
from sources import SOURCES
from sources.base import CentreError, Failure, Gone, Unavailable, Unreached
from tests.pages.feeds import test_page_feeds
from tests.pages.feeds.test_page_feeds import delivered, fields_of, show

store = test_page_feeds.store  # the fixture
AWAY = ("openmeteo", "metar", "sensor_community", "openaq")


def unreached(network: str) -> CentreError:
    return Unreached("sources.http.unreached", network=network, where=f"{network}.example/x")


@pytest.mark.parametrize("code", ["en", "ru", "uz", "kk"])
def test_every_network_has_its_own_words(code: str) -> None:
    catalog = language.catalog(code)
    said = {}
    for network in SOURCES:
        for what in ("is", "needs", "act"):
            said[network, what] = catalog.get(f"networks.of.{network}.{what}")
    assert [key for key, words in said.items() if not words] == []
    assert len({words for (_, what), words in said.items() if what == "is"}) == len(SOURCES)
    keys = {network: made.key for network, made in SOURCES.items() if made.key}
    assert [n for n, key in keys.items() if key not in str(said[n, "needs"])] == []


@pytest.mark.parametrize(
    ("code", "sentence", "came", "state"),
    [
        ("en", "4 of 5 parts came; failed: waqi:7", "4 of 5", "◐ in part"),
        ("ru", "частей пришло 4 из 5; не пришли: waqi:7", "4 из 5", "◐ частично"),
        ("uz", "5 qismdan 4 tasi keldi; kelmaganlari: waqi:7", "5 dan 4", "◐ qisman"),
        ("kk", "5 бөлік ішінен 4 келді; келмегендері: waqi:7", "5 ішінен 4", "◐ ішінара"),
    ],
)
def test_a_network_that_came_in_part_says_what_failed(
    store: Store,
    code: str,
    sentence: str,
    came: str,
    state: str,
) -> None:
    now = datetime.now(UTC)
    gone = Gone("sources.answer.gone", network="openaq")
    failed = lost.text([Failure("waqi:7", gone, now)])
    delivered(store, "openaq", now, parts=5, parts_failed=1, failed=failed)  # type: ignore[arg-type]
    store.put_status("openaq", "astana", parts=5, parts_failed=1, failed=failed)
    app = show(lang=code)
    said = " ".join(str(m.value) for m in app.markdown).replace("\\", "")
    assert sentence in said
    assert gone.sentence(code) in said
    board = next(d.value for d in app.dataframe if "openaq" in d.value.to_string())
    row = board[board.eq("openaq").any(axis=1)].iloc[0].tolist()
    assert state in row
    assert came in row
    assert any(sentence in str(cell) for cell in row)
    assert language.catalog(code)["networks.of.openaq.act"] in row


@pytest.mark.parametrize("code", ["en", "ru", "uz", "kk"])
def test_a_machine_that_reaches_no_network_says_so_once(store: Store, code: str) -> None:
    now = datetime.now(UTC)
    for network in AWAY:
        delivered(store, network, now, **fields_of(unreached(network)))
    app = show(lang=code)
    with language.using(code):
        once = language.t("feeds.offline", n=4, moment="|").split("|")[1]
        short = language.t("feeds.unreached")
    lines = [line for m in app.markdown for line in str(m.value).replace("\\", "").split("\n") if once in line]
    assert len(lines) == 1
    each = [
        m.value
        for e in app.expander
        for m in e.markdown
        if unreached("metar").sentence(code) in str(m.value).replace("\\", "")
    ]
    assert len(each) == 1  # behind an expander, not on the page
    board = next(d.value for d in app.dataframe if "metar" in d.value.to_string())
    assert board.eq(short).to_numpy().sum() == len(AWAY)
    with language.using(code):
        health = panels.health(store.status(), ["astana"], now, panels.networks(store.status(), now))
        assert health.count(language.t("wall.offline")) == 1
        assert unreached("metar").sentence(code) not in health


@pytest.mark.parametrize("how", ["one answers", "one is reached and refuses", "too few"])
def test_a_network_that_is_reached_or_too_few_that_are_not_are_said_one_by_one(
    store: Store,
    how: str,
) -> None:
    now = datetime.now(UTC)
    for network in AWAY[:2] if how == "too few" else AWAY[:3]:
        delivered(store, network, now, **fields_of(unreached(network)))
    if how == "one answers":
        delivered(store, "openaq", now)
    elif how == "one is reached and refuses":
        failed = Unavailable("sources.http.failed", network="openaq", where="x", code=500, said="–")
        delivered(store, "openaq", now, **fields_of(failed))
    app = show()
    said = " ".join(str(m.value) for m in app.markdown)
    assert "reaches no network" not in said
    assert said.replace("\\", "").count("no connection could be made") == (2 if how == "too few" else 3)


def test_an_older_failure_to_connect_says_nothing_of_this_machine(store: Store) -> None:
    now = datetime.now(UTC)
    for network in AWAY:
        delivered(store, network, now - timedelta(hours=5), **fields_of(unreached(network)))
    delivered(store, "airgradient", now)
    assert "reaches no network" not in " ".join(str(m.value) for m in show().markdown)
