"""From a fitted attribution to the tables the screens read: shares, hours, sites, evidence, status."""

import json
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from data import attribution as published
from data.store.tables.schemas import TABLES
from data.times import local_days, midnights
from jobs.attribution.from_files import VERSION, records
from jobs.attribution.inputs import NAMES, Inputs
from models.attribution import CATEGORIES, UNDETERMINED, SourceAttributor
from models.attribution import report as made_of
from models.attribution.panel import CALM
from models.attribution.refusal import REASONS

PERIODS = (7, 14, 30, 60)
"""Lengths of the periods whose shares the origins page offers. [d]"""
RECENT = 12
"""Hours whose wind is summed up beside the sites. [h]"""
THIRD = 3
CODES = {sentence: code for code, sentence in REASONS.items()}
SHARE_COLUMNS = TABLES["attribution"].names
"""Of the table `attribution`; `share`, `lower` and `upper` in % of PM2.5, `contribution` in µg/m³."""


def shares(model: SourceAttributor, inputs: Inputs, now: datetime) -> pd.DataFrame:
    """Shares of every local day, of the last 24 hours (span `now`) and of the periods, as `SHARE_COLUMNS`."""
    hours = model.panel_.hours
    days = pd.Index(local_days(model.panel_.hours, model.zone).date)
    parts = [_stretch(model, days, slice(None)).assign(span="day")]
    parts[0]["start"] = midnights(parts[0]["day"], model.zone)
    parts[0]["minutes"] = 1440
    for span, length in (("now", 24), *((f"{n}d", 24 * n) for n in PERIODS)):
        if length > 24 and length > len(hours) + 24:
            continue
        rows = _stretch(model, pd.Index(np.repeat(span, min(length, len(hours)))), slice(-length, None))
        begin = hours[max(len(hours) - length, 0)]
        parts.append(rows.assign(span=span, start=begin, minutes=60 * min(length, len(hours))))
    table = pd.concat(parts, ignore_index=True)
    for column in ("share", "lower", "upper"):
        table[column] *= 100
    return table.assign(**origin(model, inputs, now))[list(SHARE_COLUMNS)]


def _stretch(model: SourceAttributor, label: pd.Index, part: slice) -> pd.DataFrame:
    """
    Shares of the labelled stretches of hours, with the data they rest on.

    The interval is calibrated for days; a longer stretch is known better than it says.
    """
    panel = model.panel_.slice(part)
    table = published.interval_table()
    rows = made_of.daily(panel, label, model.parts_[part], model.undetermined_[part], table, model.fitted_.prior.wider)
    gases, coarse = made_of.measured(panel, label, slice(None))
    answered = pd.Series(np.isfinite(model.parts_[part][..., 0]).any(axis=1).astype(float)).groupby(label).mean()
    level = np.where(gases >= 0.5, "gases", np.where(coarse >= 0.5, "pm10", "pm25"))
    by_day = pd.DataFrame({"data_level": level, "coverage": answered.to_numpy()}, index=answered.index)
    rows = rows.join(by_day, on="day")
    return rows.assign(status=rows["status"].where(rows["status"] != "ok", model.hour_status_))


def origin(model: SourceAttributor, inputs: Inputs, now: datetime) -> dict[str, Any]:
    """What is needed to compute the same again."""
    prior = {name: round(float(v), 4) for name, v in zip(CATEGORIES, model.fitted_.prior.share, strict=True)}
    return {
        "city": inputs.city.key, "model_version": VERSION, "inputs_version": inputs.version,
        "inputs_sha256": inputs.digest, "inventory_sha256": inputs.inventory_sha256,
        "inventory_vintage": inputs.vintage, "prior": json.dumps(prior), "seed": model.seed,
        "window_start": pd.Timestamp(inputs.start), "window_end": pd.Timestamp(inputs.end),
        "kind": "simulated" if inputs.kind == "simulated" else "model", "computed_at": pd.Timestamp(now),
    }  # fmt: skip


def hours(model: SourceAttributor, inputs: Inputs) -> pd.DataFrame:
    """Mean of the answered stations per hour and category: city, start, category, contribution [µg/m³]."""
    stack = np.concatenate([model.parts_, model.undetermined_[..., None]], axis=-1)
    names = (*CATEGORIES, UNDETERMINED)
    table = pd.DataFrame({n: made_of.network_mean(stack[..., i]) for i, n in enumerate(names)})
    table = table.assign(start=model.panel_.hours).dropna()
    long = table.melt(id_vars="start", var_name="category", value_name="contribution")
    return long.assign(city=inputs.city.key)[["city", "start", "category", "contribution"]]


def sites(model: SourceAttributor, inputs: Inputs, now: datetime) -> pd.DataFrame:
    """Ranked sites with their names; the reason as a code of `refusal.REASONS`."""
    ranked = model.sites_.reset_index(drop=True).merge(inputs.names, on="site", how="left")
    ranked = ranked.assign(
        rank=np.arange(1, len(ranked) + 1),
        reason=[CODES.get(str(words), str(words)) for words in ranked["reason"]],
        city=inputs.city.key,
        computed_at=pd.Timestamp(now),
    )
    for column in (*NAMES, "coord_quality", "fuel"):
        ranked[column] = ranked[column].fillna("").astype(str) if column in ranked else ""
    front = ["city", "rank", "site", *NAMES]
    return ranked[front + [c for c in ranked if c not in front]]


def evidence(model: SourceAttributor, inputs: Inputs) -> pd.DataFrame:
    """Evidence lines: those of the newest answered hour of each station, and those of the leading source."""
    rows = []
    for number, station in enumerate(model.panel_.stations["station"]):
        answered = np.flatnonzero(np.isfinite(model.parts_[:, number, 0]))
        if len(answered):
            moment = model.panel_.hours[answered[-1]]
            rows += [(str(station), moment, one.key, one.params, one.text) for one in model.explain(station, moment)]
    rows += [("", model.panel_.hours[-1], key, params, "") for key, params in leading(model)]
    table = pd.DataFrame(rows, columns=["station", "start", "key", "params", "text"])
    words = [json.dumps(p, ensure_ascii=False, default=float) for p in table["params"]]
    return table.assign(city=inputs.city.key, place=np.arange(len(table)), params=words)


def leading(model: SourceAttributor) -> list[tuple[str, dict[str, Any]]]:
    """Why the source that leads in the last 14 days leads: its hours of the day, its cold and warm days, its ratios."""
    panel, days = model.panel_, model.daily_.dropna(subset=["share"])
    listed = days[days["category"] != UNDETERMINED]
    if not len(listed):
        return []
    recent = listed[listed["day"] >= listed["day"].max() - timedelta(days=13)]
    top = str(recent.groupby("category")["contribution"].sum().idxmax())
    mean = made_of.network_mean(model.parts_[..., CATEGORIES.index(top)])
    course = pd.Series(mean).groupby(panel.local(model.zone).hour).mean()
    said: list[tuple[str, dict[str, Any]]] = []
    if len(course.dropna()) == 24:
        said.append(("lead_hours", {"category": top, "high": int(course.idxmax()), "low": int(course.idxmin()),
                                    "ratio": float(course.max() / max(course.min(), 0.1))}))  # fmt: skip
    said += _by_warmth(model, listed[listed["category"] == top], top)
    fine = panel.observed["pm25"][-24:]
    for name in ("so2", "no2", "co", "pm10"):
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = np.where(fine > 1, panel.observed[name][-24:] / fine, np.nan)
        if np.isfinite(ratio).sum() >= 12:
            count = int(np.isfinite(ratio).any(axis=0).sum())
            said.append((f"lead_{name}", {"ratio": float(np.nanmedian(ratio)), "n": count}))
    return said


def _by_warmth(model: SourceAttributor, days: pd.DataFrame, top: str) -> list[tuple[str, dict[str, Any]]]:
    """The leading share on the coldest and the warmest third of the days."""
    warmth = (
        pd.Series(model.panel_.weather["temperature"]).groupby(local_days(model.panel_.hours, model.zone).date).mean()
    )
    known = days.assign(warmth=days["day"].map(warmth)).dropna(subset=["warmth"]).sort_values("warmth")
    third = len(known) // THIRD
    if third < THIRD:
        return []
    cold, warm = known.head(third), known.tail(third)
    params = {"category": top, "cold": 100 * float(cold["share"].mean()), "warm": 100 * float(warm["share"].mean()),
              "cold_degrees": float(cold["warmth"].mean()), "warm_degrees": float(warm["warmth"].mean())}  # fmt: skip
    return [("lead_warmth", params)]


def status(model: SourceAttributor, inputs: Inputs, now: datetime) -> dict[str, Any]:
    """One row about the whole answer: what it rests on, what holds for all of it, what was refused."""
    panel = model.panel_
    answered = np.isfinite(model.parts_[..., 0])
    calm = panel.weather["wind_speed"][-RECENT:] < CALM
    known = np.isfinite(panel.weather["wind_speed"][-RECENT:])
    days = model.status_["status"].value_counts()
    return {
        **blank(inputs, now),
        **origin(model, inputs, now),
        "stations": int(answered[-24 * 14 :].any(axis=0).sum()),
        "stations_of": len(panel.stations),
        "coverage": float(answered.any(axis=1).mean()),
        "first": panel.hours[0],
        "last": panel.hours[-1] + timedelta(hours=1),
        "notes": ",".join(model.notes_),
        "sites_refused": model.ranking_.refused,
        "wind_hours": int(known.sum()),
        "calm_hours": int(calm.sum()),
        "wind_modelled": inputs.modelled,
        "unlisted": json.dumps(records(model.unlisted_)),
        "transboundary": json.dumps(records(model.transboundary_)),
        "station_days": json.dumps({str(k): int(v) for k, v in days.items()}),
    }


def blank(inputs: Inputs, now: datetime, refused: str = "") -> dict[str, Any]:
    """The status row before anything was computed, with the sentence of the refusal."""
    approximate = inputs.sources["coord_quality"].ne("plant").sum() if "coord_quality" in inputs.sources else 0
    reference = "" if inputs.prior is None else str(inputs.prior["reference"].iloc[0])
    return {
        "city": inputs.city.key, "computed_at": pd.Timestamp(now), "refused": refused, "stations": 0,
        "stations_of": len(inputs.stations), "coverage": 0.0, "first": pd.NaT, "last": pd.NaT, "notes": "",
        "sites_refused": "", "wind_hours": 0, "calm_hours": 0, "wind_modelled": inputs.modelled, "unlisted": "[]",
        "transboundary": "[]", "station_days": "{}", "model_version": VERSION, "inputs_version": inputs.version,
        "inputs_sha256": inputs.digest, "inventory_sha256": inputs.inventory_sha256,
        "inventory_vintage": inputs.vintage, "prior": "", "prior_reference": reference, "seed": 0,
        "window_start": pd.Timestamp(inputs.start), "window_end": pd.Timestamp(inputs.end),
        "kind": "simulated" if inputs.kind == "simulated" else "model", "sites": len(inputs.sources),
        "sites_approximate": int(approximate),
    }  # fmt: skip
