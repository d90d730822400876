"""The open API towards strangers: tags, pages, limits, hostile questions, a fuzzer that holds it to its document."""

import gzip
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from api.http import rate_limit
from api.http.identity import SEEN, Identity
from api.routes import routes
from api.v1.openapi import document
from data.schema import COLUMNS
from data.store import Store
from jobs.access import tokens
from tests.conftest import NOW, hourly
from tests.house.test_dictionary import described

FAR = ("203.0.113.5", 50_000)
MONTH = {"city": "tashkent", "from": "2026-01-01", "to": "2026-02-01"}
AS_OF = {"as_of": "2026-01-12T00:00:00Z"}


@pytest.fixture
def filled(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("CLEANAIR_NOW", NOW.isoformat())
    store.append(
        pd.concat([
            hourly([float(v) for v in range(54)]),
            hourly([20.0] * 54, parameter="no2"),
            hourly([30.0] * 54, station="demo:2"),
            hourly([9.0] * 5, station="kazhydromet:1", source="kazhydromet"),
        ])
    )  # fmt: skip
    store.put_stations(pd.DataFrame([{"source": "demo", "station": "demo:1", "city": "tashkent", "kind": "reference"}]))
    return store


@pytest.fixture
def client(filled: Store) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=routes())) as made:
        yield made


@pytest.fixture
def far(filled: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setattr(rate_limit, "LIMITER", rate_limit.Limiter())
    with TestClient(Starlette(routes=routes()), client=FAR) as made:
        yield made


# --- errors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "status", "parameter"),
    [
        ("/api/v1/latest", 400, "city"), ("/api/v1/latest?city=x", 400, "city"), ("/api/v1/nope", 404, None),
        ("/api/v1/alarms.atom?lang=xx", 400, "lang"), ("/api/v1/snapshots/none.zip", 404, None),
        ("/api/v1/alarms/none.cap", 404, None), ("/sta/v2", 404, None),
        ("/api/v1/measurements?city=tashkent&from=2026-01-01&to=2026-02-01&limit=0", 400, "limit"),
        ("/api/v1/measurements?city=tashkent&from=2026-01-01&to=2026-02-01&limit=10001", 400, "limit"),
        ("/api/v1/measurements?city=tashkent&from=2026-01-01&to=2026-02-01&cursor=AAAA", 400, "cursor"),
    ],
)  # fmt: skip
def test_errors_are_problem_documents(client: TestClient, path: str, status: int, parameter: str | None) -> None:
    answer = client.get(path)
    said = answer.json()
    assert answer.status_code == said["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert said["title"]
    assert said["detail"] == said["error"]
    assert said.get("parameter") == parameter
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_mistake_of_ours_is_a_problem_too(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret path /x")

    monkeypatch.setattr("data.store.shared.SharedStore.stations", broken)
    answer = client.get("/api/v1/stations?city=tashkent")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text


def test_keys_are_in_the_dictionary(client: TestClient) -> None:
    problem = client.get("/api/v1/latest?city=x").json()
    page = client.get("/api/v1/measurements", params=MONTH).json()
    assert described("problem") == list(problem)
    assert described("measurements page") == list(page)


# --- tags, packing, methods -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/api/v1/cities", {}), ("/api/v1/openapi.json", {}), ("/api/v1/stations", {"city": "tashkent"}),
        ("/api/v1/latest", {"city": "tashkent"}), ("/api/v1/measurements.csv", {**MONTH, **AS_OF}),
        ("/api/v1/measurements", {**MONTH, **AS_OF}), ("/api/v1/forecast.csv", {"city": "tashkent"}),
        ("/api/v1/inventory", {"city": "tashkent"}), ("/sta/v1.1/Things", {}),
    ],
)  # fmt: skip
def test_who_has_the_answer_is_told_so(client: TestClient, path: str, params: dict[str, str]) -> None:
    first = client.get(path, params=params)
    tag = first.headers["etag"]
    again = client.get(path, params=params, headers={"if-none-match": f'"other", {tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    assert client.get(path, params=params, headers={"if-none-match": '"other"'}).content == first.content
    assert {"Authorization", "Cookie"} <= {w.strip() for w in first.headers["vary"].split(",")}


def test_a_tag_changes_with_the_store_and_the_question(client: TestClient, filled: Store) -> None:
    def tags() -> list[str]:
        asked = ({"city": "tashkent"}, {"city": "tashkent", "parameters": "no2"}, {"city": "astana"})
        return [client.get("/api/v1/latest", params=p).headers["etag"] for p in asked]

    before = tags()
    assert len(set(before)) == 3
    filled.append(hourly([99.0], first="2026-01-10T05:00"))
    assert tags()[0] != before[0]
    assert client.get("/api/v1/latest?city=tashkent&parameters=pm25").json()["latest"][0]["value"] == 99.0


def test_no_tag_where_the_answer_changes_with_the_clock(client: TestClient) -> None:
    for path, params in (("/api/v1/health", {}), ("/api/v1/measurements.csv", MONTH)):
        answer = client.get(path, params=params)
        assert "etag" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/api/v1/latest?city=tashkent", "/api/v1/measurements.csv", "/sta/v1.1/Observations"])
def test_answers_are_packed_for_those_who_ask(client: TestClient, path: str) -> None:
    params = {**MONTH, **AS_OF} if path.endswith("csv") else None
    packed = client.get(path, params=params, headers={"accept-encoding": "gzip"})
    plain = client.get(path, params=params, headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert "Accept-Encoding" in packed.headers["vary"]
    with client.stream("GET", path, params=params, headers={"accept-encoding": "gzip"}) as raw:
        assert gzip.decompress(b"".join(raw.iter_raw())) == plain.content


def test_head_has_the_headers_and_nothing_else(client: TestClient) -> None:
    for path, params in (("/api/v1/latest", {"city": "tashkent"}), ("/api/v1/measurements.csv", {**MONTH, **AS_OF})):
        whole, head = client.get(path, params=params), client.head(path, params=params)
        assert head.content == b""
        assert head.headers["etag"] == whole.headers["etag"]
        assert head.headers["content-type"] == whole.headers["content-type"]


# --- pages ------------------------------------------------------------------------------------------------------------


def follow(client: TestClient, link: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    while link:
        answer = client.get(link)
        page = answer.json()
        assert answer.status_code == 200, page
        assert page["count"] == len(page["measurements"])
        if page["next"]:
            assert answer.headers["link"] == f'<{page["next"]}>; rel="next"'
        found, link = found + page["measurements"], page["next"]
    return found


@pytest.mark.parametrize("limit", [1, 7, 100, 10_000])
def test_pages_are_the_rows_of_the_csv(client: TestClient, limit: int) -> None:
    days = "from=2026-01-08&to=2026-01-08T12:00" if limit == 1 else "from=2026-01-01&to=2026-02-01"
    rows = follow(client, f"/api/v1/measurements?city=tashkent&{days}&limit={limit}")
    text = client.get(f"/api/v1/measurements.csv?city=tashkent&{days}").text
    assert len(rows) == text.count("\n") - 1 > 10
    assert len({(r["station"], r["parameter"], r["start"]) for r in rows}) == len(rows)
    assert rows == sorted(rows, key=lambda r: (r["start"], r["station"], r["parameter"]))
    assert set(rows[0]) == (set(COLUMNS) - {"known_until"}) | {"reason", "end", "unit", "credit", "licence"}
    assert {r["source"] for r in rows} == {"demo"}, "a source that must not be passed on stays in"


def test_a_page_does_not_shift_when_rows_arrive(client: TestClient, filled: Store) -> None:
    first = client.get("/api/v1/measurements", params={**MONTH, "limit": "50"}).json()
    filled.append(hourly([500.0] * 54, known_at=pd.Timestamp.now("UTC")))
    rest = follow(client, first["next"])
    assert len(first["measurements"]) + len(rest) == 54 * 3
    assert 500.0 not in {r["value"] for r in rest}


def test_a_cursor_belongs_to_its_question(client: TestClient) -> None:
    link = client.get("/api/v1/measurements", params={**MONTH, "limit": "5"}).json()["next"]
    assert client.get(link.replace("tashkent", "astana")).json()["parameter"] == "cursor"
    assert client.get(link.replace("limit=5", "limit=9")).json()["count"] == 9


# --- limits -----------------------------------------------------------------------------------------------------------


def test_too_many_questions_are_told_when_to_come_back(far: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(rate_limit.VARIABLE, "3")
    answers = [far.get("/api/v1/cities") for _ in range(4)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429]
    assert answers[0].headers["ratelimit"].startswith('"client";r=2')
    assert answers[0].headers["ratelimit-policy"] == '"client";q=3;w=60'
    assert 1 <= int(answers[3].headers["retry-after"]) <= 20
    assert answers[3].json()["status"] == 429
    other = TestClient(far.app, client=("203.0.113.6", 1), headers={"x-forwarded-for": "203.0.113.5"})
    assert other.get("/api/v1/cities").status_code == 200, "nobody is believed who says that he is another"
    monkeypatch.setenv(rate_limit.VARIABLE, "0")
    assert far.get("/api/v1/cities").status_code == 200


def test_a_bucket_fills_again_and_large_answers_cost_more() -> None:
    now = [0.0]
    limiter = rate_limit.Limiter(clock=lambda: now[0])
    assert [limiter.take("a", 60, 25).allowed for _ in range(3)] == [True, True, False]
    refused = limiter.take("a", 60, 25)
    now[0] += refused.wait
    assert limiter.take("a", 60, 25).allowed
    assert limiter.take("b", 5, 25).remaining == 0, "a cost above the bucket takes all of it"


def test_memory_is_bounded() -> None:
    limiter = rate_limit.Limiter(clients=100)
    for number in range(1_000):
        limiter.take(str(number), 10)
    assert len(limiter) == 100


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "who"),
    [
        ("127.0.0.1", "", "", None), ("::1", "", "", None), ("testclient", "", "", None),
        ("192.0.2.1", "198.51.100.7", "", "192.0.2.1"),
        ("192.0.2.1", "198.51.100.7", "192.0.2.0/24", "198.51.100.7"),
        ("192.0.2.1", "1.2.3.4, 198.51.100.7", "192.0.2.1", "198.51.100.7"),
        ("127.0.0.1", "1.2.3.4, 198.51.100.7, 192.0.2.9", "127.0.0.1,192.0.2.9", "198.51.100.7"),
        ("192.0.2.1", "not an address", "192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2::7", "", "", "2001:db8:1:2::/64"), ("::ffff:192.0.2.1", "", "", "192.0.2.1"),
        ("192.0.2.1", "", "rubbish,", "192.0.2.1"),
    ],
)  # fmt: skip
def test_whose_bucket(
    peer: str, forwarded: str, trusted: str, who: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(rate_limit.TRUSTED, trusted)
    assert rate_limit.client(peer, forwarded) == who


# --- hostile questions ------------------------------------------------------------------------------------------------

HOSTILE = st.one_of(
    st.text(max_size=60),
    st.sampled_from([
        "\x00", "'; DROP TABLE kept; --", "../../etc/passwd", "..%2f..%2fetc", "9" * 400, "-1", "1e309", "NaN", "null",
        "0001-01-01", "9999-12-31T23:59:59+23:59", "2026-01-01T00:00:00+99:99", "2026-02-30", "٢٠٢٦-٠١-٠١", "💥" * 50,
        "pm25,", "tashkent\r\nX-Evil: 1", "(" * 500, "%00", "{{7*7}}", "=cmd|' /C calc'!A0", "true", "tashkent", "pm25",
        "1970-01-01", "2200-12-31", "2026-01-01T00:00:00Z", "phenomenonTime ge 2026-01-01T00:00:00Z", "ok",
        "result gt 1e400", "Datastreams($top=1)", "name", "eyJhIjoxfQ",
    ]),
)  # fmt: skip
ADDRESSES = (
    "/api/v1/plumes",
    "/api/v1/latest", "/api/v1/stations", "/api/v1/measurements", "/api/v1/measurements.csv", "/api/v1/attribution.csv",
    "/api/v1/events.csv", "/api/v1/forecast.csv", "/api/v1/alarms.atom", "/api/v1/snapshots/newest.zip",
    "/api/v1/snapshots", "/sta/v1.1/Things", "/sta/v1.1/Observations", "/sta/v1.1/Datastreams('demo:1:pm25:60')",
)  # fmt: skip
NAMES = (
    "city", "from", "to", "as_of", "parameters", "flags", "limit", "cursor", "lang", "excel", "bom", "$filter",
    "$expand", "$select", "$orderby", "$top", "$skip", "$count", "$skiptoken", "x",
)  # fmt: skip
FINE = (200, 307, 400, 404)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(ADDRESSES), good=st.booleans(), pairs=st.lists(st.tuples(st.sampled_from(NAMES), HOSTILE)))
def test_hostile_parameters_never_break_it(
    client: TestClient, path: str, good: bool, pairs: list[tuple[str, str]]
) -> None:
    start = [] if path.startswith("/sta") or not good else list(MONTH.items())
    answer = client.get(path, params=[*start[: 3 if "measurements" in path else 1], *pairs], follow_redirects=False)
    assert answer.status_code in FINE, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert len(answer.content) < 4_000


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=HOSTILE, root=st.sampled_from(("/sta/v1.1/", "/api/v1/", "/api/v1/snapshots/", "/sta/v1.1/Things('")))
def test_hostile_addresses_never_break_it(client: TestClient, path: str, root: str) -> None:
    answer = client.get(root + quote(path.encode("utf-8", "replace"), safe="/?&=.('"), follow_redirects=False)
    assert answer.status_code in FINE, answer.text


# --- who may not leave, who asks, and from where ----------------------------------------------------------------------


def test_stations_are_those_whose_rows_may_leave(client: TestClient, filled: Store) -> None:
    shut = {"city": "tashkent", "kind": "reference"}
    filled.put_stations(pd.DataFrame([
        {"source": "kazhydromet", "station": "kazhydromet:1", "name": "handed over", **shut},
        {"source": "openaq", "station": "openaq:7", "licence": "", **shut},
        {"source": "openaq", "station": "openaq:8", "licence": "CC BY 4.0", "same_as": "openaq:7", **shut},
        {"source": "openaq", "station": "openaq:9", "licence": "CC BY 4.0", "same_as": "openaq:8", **shut},
    ]), known_at=NOW)  # fmt: skip
    filled.append(pd.concat([hourly([5.0], station=f"openaq:{n}", source="openaq") for n in (7, 8, 9)]))
    listed = client.get("/api/v1/stations", params={"city": "tashkent"}).json()["stations"]
    assert {s["station"]: s["same_as"] for s in listed if s["source"] == "openaq"} == {
        "openaq:8": "", "openaq:9": "openaq:8",
    }  # fmt: skip
    rows = client.get("/api/v1/measurements", params={**MONTH, "limit": "1000"}).json()["measurements"]
    assert {r["station"] for r in rows} - {"demo:2"} == {s["station"] for s in listed}, "demo:2 is not described"


@pytest.fixture
def guarded(filled: Store) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=routes(), middleware=[Middleware(Identity)])) as made:
        yield made


def paths() -> list[str]:
    return list(document(("tashkent",), ("pm25",))["paths"])


def test_a_token_may_be_given_wherever_the_document_says_so(guarded: TestClient, filled: Store) -> None:
    said = document(("tashkent",), ("pm25",))
    assert said["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    now = pd.Timestamp.now("UTC").to_pydatetime()
    life = {"organisation": "Institute", "role": "member", "lives": pd.Timedelta("1D").to_pytimedelta(), "by": "test"}
    only = {p: tokens.issue(filled, name=p, now=now, purposes=(p,), **life) for p in ("see", "download")}  # type: ignore[arg-type,misc]
    for path, offered in said["paths"].items():
        answers = offered["get"]["responses"]
        assert ({} in offered["get"]["security"]) == ("401" in answers) == ("403" in answers)
        if "401" not in answers:
            continue
        wrong = guarded.get(path, headers={"authorization": "Bearer ca_0_wrong"})
        short = only["download" if path in SEEN else "see"]
        narrow = guarded.get(path, headers={"authorization": f"Bearer {short}"})
        assert (wrong.status_code, narrow.status_code) == (401, 403), path
        for told in (wrong, narrow):
            assert told.headers["content-type"] == "application/problem+json"
            assert told.headers["www-authenticate"].startswith("Bearer ")
            assert told.headers["access-control-allow-origin"] == "*", "a script must be able to read why"
            assert "WWW-Authenticate" in told.headers["access-control-expose-headers"]


def test_a_browser_may_send_a_token_and_a_tag_from_any_site(guarded: TestClient) -> None:
    wanted = {"authorization", "if-none-match", "accept"}
    asks = {"origin": "https://portal.example.org", "access-control-request-method": "GET",
            "access-control-request-headers": ", ".join(sorted(wanted))}  # fmt: skip
    for path in paths():
        told = guarded.options(path, headers=asks)
        assert told.status_code == 204, path
        assert told.headers["access-control-allow-origin"] == "*", path
        assert "GET" in told.headers["access-control-allow-methods"], path
        assert wanted <= set(told.headers["access-control-allow-headers"].lower().split(", ")), path
        assert "access-control-allow-credentials" not in told.headers, "cookies are not for other sites"


# --- the document -----------------------------------------------------------------------------------------------------


def test_a_fuzzer_finds_no_fault(filled: Store) -> None:
    schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")
    from schemathesis import GenerationMode
    from schemathesis.specs.openapi import checks

    guarded = Starlette(routes=routes(), middleware=[Middleware(Identity)])
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", guarded)
    # No schema can say that `from` lies before `to`, nor hold the grammars of $filter and $expand: there a refusal of
    # something that fits its schema is right.
    grammar = {"from", "to", "as_of", "cursor", "$filter", "$expand", "$select", "$orderby", "$skiptoken"}
    tested = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        free = grammar & {p.name for p in operation.query}
        excluded = [checks.positive_data_acceptance] if free else []
        modes = list(GenerationMode) if operation.query else [GenerationMode.POSITIVE]
        for mode in modes:
            _holds(operation.as_strategy(generation_mode=mode), excluded)
        tested += 1
    assert tested == len(schema.raw_schema["paths"]) - 1, "the document itself is left out by the fuzzer"


def _holds(cases: Any, excluded: list[Any]) -> None:
    @settings(max_examples=6, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=cases)
    def asked(case: Any) -> None:
        case.call_and_validate(excluded_checks=excluded)

    asked()
