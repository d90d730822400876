"""Plumes of methane: both states of the publisher's file, the zip, what is no plume, and what is near a city."""

import io
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from data.city import city
from sources.base import BadPayload
from sources.unep_imeo_mars import near, parse

PAYLOADS = Path(__file__).parents[1] / "payloads" / "unep_imeo_mars"
OLD, NEW = ((PAYLOADS / f"plumes_{year}.csv").read_bytes() for year in (2024, 2026))


def zipped(**files: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, body in files.items():
            packed.writestr(f"{name}.csv", body)
    return content.getvalue()


@pytest.mark.parametrize("wrap", [lambda b: b, lambda b: b"\xef\xbb\xbf" + b, lambda b: b.decode(),
                                  lambda b: zipped(sources=b"id\n1", unep_methanedata_detected_plumes=b)])  # fmt: skip
def test_the_file_of_2024_in_every_wrapping(wrap) -> None:
    rows = parse(wrap(OLD)).set_index("plume")
    assert rows["flux"].to_dict() == {"made-up-1": 2100.0, "made-up-2": 45000.0, "made-up-3": 350.0}
    assert rows["flux_std"].isna().tolist() == [False, True, False]
    assert rows["precision"].tolist() == ["moment", "day", "moment"]
    assert rows["position_km"].fillna(0).tolist() == [0, 20, 0]
    assert rows["observed_at"]["made-up-1"] == pd.Timestamp("2024-02-03T04:05:06Z")
    assert set(rows["source_name"]) == {""}
    assert set(rows["unit"]) == {"kg/h"}


def test_the_file_of_2026_says_more_and_what_is_no_plume_says_why() -> None:
    rows = parse(NEW)
    sound = rows[rows["reject"] == ""].set_index("plume")
    assert sound["source_name"].to_dict() == {"made-up-1": "A made-up place", "made-up-4": ""}
    assert pd.isna(sound["flux"]["made-up-4"]), "a plume without a rate is one, and its rate is not zero"
    assert rows.loc[rows["reject"] != "", "reject"].tolist() == ["no identifier", "no time", "no position"]


def test_a_line_cut_short_or_listed_twice_is_counted_not_kept() -> None:
    head, first, *rest = OLD.decode().splitlines()
    rows = parse("\n".join([head, first, *rest, first.replace("2100.0", "2500.0"), rest[0][:30]]))
    assert rows["reject"].tolist()[0] == "listed again further down"
    assert rows.loc[rows["plume"] == "made-up-1", "flux"].tolist() == [2100.0, 2500.0]
    assert "another number of cells" in rows["reject"].tolist()[-1]


@pytest.mark.parametrize("body", [zipped(sources=b"x"), zipped(plumes=OLD)[:200], zipped(plumes=b"a,b\n1,2"), b"PK"])
def test_another_zip_is_a_bad_payload(body: bytes) -> None:
    with pytest.raises(BadPayload, match="unep_imeo_mars"):
        parse(body)


def test_a_zip_that_would_never_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sources.unep_imeo_mars.LARGEST", 100)
    with pytest.raises(BadPayload, match="more than"):
        parse(zipped(plumes=OLD))


def test_nearness_is_distance_and_never_the_country_of_the_file() -> None:
    rows = parse(OLD)
    found = near(rows, city("tashkent"))
    assert found["plume"].tolist() == ["made-up-2", "made-up-1"]
    assert set(found["country"]) == {"Uzbekistan", "Kazakhstan"}
    assert not len(near(rows, city("astana")))
    assert len(near(rows, city("astana"), 200.0)) == 1


def test_the_recorded_file(recorded: Path) -> None:
    rows = parse((recorded / "unep-imeo-mars" / "mars_plumes_uz_kz_2024-11.csv").read_bytes())
    assert (len(rows), set(rows["reject"])) == (326, {""})
    found = near(rows, city("tashkent"))
    assert (found["distance_km"] <= 100).sum() == 45
    pins = found[found["sensor"].str.startswith("EMIT") & (found["lat"] < 41.2)].sort_values("observed_at")
    told = pins[["lat", "lon", "flux", "flux_std"]].round({"lat": 3, "lon": 3}).to_numpy().tolist()
    assert told == [[41.134, 69.471, 3907.0, 1964.0], [41.086, 69.465, 2972.0, 1494.0]]
    assert pins["observed_at"].dt.strftime("%Y-%m-%d").tolist() == ["2023-06-27", "2023-10-11"]
    assert not len(near(rows, city("astana")))
    assert near(rows, city("astana"), 200.0)["distance_km"].min() > 170
