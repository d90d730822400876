"""Pins of the map: what is drawn of each station, its colour, and what it says when it is pointed at."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pandas as pd

from models.indices.aqi import bands, index_frame
from pages.ui.city.city import Picture
from pages.ui.look.palette import FRESHNESS, KINDS, RATIOS, UNKNOWN
from pages.ui.reader import doubts, language
from pages.ui.reader.language import level, number, t, t_unit


@dataclass(frozen=True)
class Shown:
    """Stations as they are drawn, and what their colours mean."""

    rows: pd.DataFrame
    legend: list[tuple[str, str]]
    caption: str


def by_limit(picture: Picture) -> Shown:
    """24-h means, coloured by their share of the 24-h limit that is law here."""
    placed = picture.placed()
    limit = picture.limit
    legend: list[tuple[str, str]] = []
    if limit:
        low = 0.0
        for top, colour in RATIOS:
            words = (
                f"{number(low * limit)}–{number(top * limit)}" if top != float("inf") else f"> {number(low * limit)}"
            )
            legend.append((colour, words))
            low = top
    held = picture.day.held
    doubtful = held.indicative or (held.limit is not None and held.limit.status != "verified")
    kind = t("map.by_limit_indicative") if doubtful else t("map.by_limit")
    words = (
        kind.format(limit=number(limit), law=picture.law(), unit=t_unit(picture.unit)) if limit else t("map.no_limit")
    )
    return Shown(placed.assign(drawn=placed["day"]), legend, f"{picture.averaged()}, {t_unit(picture.unit)}. {words}")


def by_hour(picture: Picture) -> Shown:
    """Newest hours, coloured by the European index, whose bands are for hours."""
    rows = picture.stations
    value = rows["hour"]
    asked = pd.DataFrame({"parameter": picture.parameter, "minutes": 60, "value": value.astype(float)})
    index = index_frame(asked, "eaqi-2024")
    known = picture.parameter in ("pm25", "pm10", "no2", "o3", "so2")
    colours = [c or UNKNOWN for c in index["colour"]]
    legend = [(b.colour, t(f"quantity.category.{b.category}")) for b in bands("eaqi-2024").values()] if known else []
    words = t("map.by_index") if known else t("map.no_index")
    drawn = rows.assign(number=[level(v) for v in value], colour=colours, faded=value.isna(), drawn=value)
    what = t("situation.averaged.1h", parameter=picture.label())
    return Shown(drawn, legend, f"{what}, {t_unit(picture.unit)}. {words}")


def tips(shown: Shown, picture: Picture) -> pd.DataFrame:
    """What a station says when it is pointed at: source, time, value, flag, age."""
    zone = picture.city.zone
    said = []
    for row, note in zip(shown.rows.to_dict("records"), picture.notes(), strict=True):
        lines = [str(row["name"]), f"{KINDS[row['kind']]} {_kind(row['kind'])}", *values(row, picture)]
        if pd.notna(row.get("end")):
            lines.append(t("map.until", moment=language.at(row["end"].to_pydatetime(), zone)))
            lines.append(f"{FRESHNESS[row['fresh']]} {language.age(float(row['age']))}")
        else:
            lines.append(t("frame.no_data"))
        if row.get("flag") not in (None, "", "ok") and pd.notna(row.get("flag")):
            lines.append(f"{_flag(row['flag'])}: {_doubts(row, picture.parameter)}")
        if note:
            lines.append(f"⚠ {note}")
        lines.append(str(row["station"]))
        said.append("\n".join(lines))
    return shown.rows.assign(tip=said)


def values(row: Mapping[Hashable, Any], picture: Picture) -> list[str]:
    """The newest hour and the day of a station, each with its averaging; a delivered day with its date."""
    label, unit = picture.label(), t_unit(picture.unit)
    said = []
    if pd.notna(row["hour"]):
        said.append(f"{t('situation.averaged.1h', parameter=label)}: {level(row['hour'])} {unit}")
    if pd.notna(row["day"]):
        averaging = picture.situation.stations[str(row["station"])][1].averaging
        words = t(f"situation.averaged.{averaging}", parameter=label)
        if row["daily"]:
            start = row["day_end"].to_pydatetime() - timedelta(days=1)
            words = f"{words}, {language.day(start, picture.city.zone, year=False)}"
        said.append(f"{words}: {level(row['day'])} {unit}")
    return said


def _doubts(row: Mapping[Hashable, Any], parameter: str) -> str:
    return doubts.told(row["flag"], row["checks"], row["note"], parameter)


def _kind(key: str) -> str:
    return t(f"quantity.kind.{key}")


def _flag(key: str) -> str:
    return t(f"quantity.flag.{key}")
