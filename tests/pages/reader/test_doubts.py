"""What the checks say: a sentence with its figures in every language, and foreign text only as text."""

import pandas as pd
import pytest

from data import checks
from pages.ui.reader import language
from pages.ui.reader.doubts import of, sentence, told

ENTRIES = (
    "sentinel:-999",
    "range:71.25,-60,60",
    "negative:-4",
    "future_time:30",
    "future_time:180",
    "dead_channel:1.1",
    "flat:8.32",
    "level:485,4,39.7",
    "level_break:305,20.4",
    "neighbours:848,41.2",
    "ceiling:999.9,3",
    "stuck:8",
    "spike:900,43.3",
    "plume:1100,31.2",
    "unsupported:812,40.1",
    "fault_code:9999",
    "fractions:pm25,81.53,pm10,20.7",
    "channels:14.0,80.0",
    "out_of_level:0.21,0.17,0.26",
    "level_undetermined:2.4,2.4,2.4",
    "copied:1,0.999,1,a:1 pm10",
    "dead:3.6,0.63,5.8",
    "drifting_zero:9.7,8.3,10.4",
    "half_flat:4.4,4.3,4.5",
    "scale_break:0.08,0.06,0.1",
    "deaf:0.03,-0.12,0.18",
    "clock:6",
    "network",
    "network:flagged",
    "network:qc_suspect",
    "network:qc_invalid",
    "network:qc_missing",
    "network:qc_unknown",
    "network:not_valid",
    "network:not_valid,maintenance",
    "network:validity_unknown",
    "network:low_confidence",
    "network:confidence,30",
    "network:validity,-1",
    "network:day_only",
    "derived:-3.2,8",
    "network:unit_unstated",
    "static_heat:type",
    "static_heat:site",
    "maintenance:m-1,ok,fan",
    "maintenance:m-1,ok",
)


@pytest.mark.parametrize("code", ["en", "ru", "uz", "kk"])
def test_every_check_has_a_sentence_of_its_own(code: str) -> None:
    with language.using(code):
        said = [sentence(entry, "pm25") for entry in ENTRIES]
    assert not any("{" in s or "checks." in s for s in said)
    assert len(set(said)) >= len(ENTRIES) - 1  # the network's plain word is said in one way
    with language.using("en"):
        english = [sentence(entry, "pm25") for entry in ENTRIES]
    assert code == "en" or all(a != b for a, b in zip(said, english, strict=True))


def test_figures_are_written_as_the_reader_does() -> None:
    with language.using("ru"):
        assert "43,3" in sentence("spike:900,43.3", "pm25")
    with language.using("en"):
        assert sentence("spike:900,43.3", "pm25") == "spike: 900 µg/m³ where the values around have 43.3"
        assert sentence("negative:-4", "pm25").startswith("−4")
        assert sentence("fractions:pm25,81.53,pm10,20.7", "pm25").startswith("PM2.5 (81.53) exceeds PM10")


def test_a_check_of_somebody_else_is_shown_as_it_stands() -> None:
    with language.using("en"):
        assert sentence("elsewhere:0.5", "pm25") == "elsewhere: 0.5"
        assert sentence("spike", "pm25")  # without its figures
        assert sentence("future_time:soon", "pm25")
        assert sentence("maintenance", "pm25")


def test_the_note_stands_behind_and_an_old_text_is_not_told_twice() -> None:
    old = "mean of 4 readings; spike: 900 where the hours around have 43.3"
    rows = pd.DataFrame(
        {
            "flag": "suspect", "parameter": "pm25", "note": ["fire nearby", old, ""],
            "checks": checks.column([("spike:900,43.3",), ("spike:900,43.3",), ()]),
        }
    )  # fmt: skip
    with language.using("kk"):
        made = of(rows)
        alone = sentence("spike:900,43.3", "pm25")
        assert made[:2] == [f"{alone}; fire nearby", f"{alone}; mean of 4 readings"]
        assert made[2] == language.t("station.check.unnamed")
        assert told("suspect", (), "x", "pm25") == "x"
