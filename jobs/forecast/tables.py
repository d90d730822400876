"""From a model's answer to the tables the screens and the alarms read: hours, days over the limit, errors, status."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from data.city import City
from data.clock import local_date
from data.standards.limits import Limit
from data.store.tables.schemas import TABLES
from jobs.forecast.export import COLUMNS, METHODS
from jobs.forecast.inputs import CITY, REASONS, Inputs
from models.limits.in_force import own

if TYPE_CHECKING:
    from models.forecast import Forecaster

METHOD = "damped-boosted-2"  # changes when the same input would give another answer
ISSUES = pd.Timedelta(hours=6)  # between kept issues
KEPT = pd.Timedelta(days=30)
GROUPS = (3, 12, 24, 48, 72)  # leads that are shown by one method end at [h]
DAYS = 3  # today, tomorrow, the day after
NO_LIMIT = float("inf")
FIRST_JUDGED = 0.7  # of the history: what comes before only serves to learn
UNITS = {"issued": "us", "start": "us", "computed_at": "us", "first": "us", "last": "us"}
WARNING_COLUMNS = TABLES["forecast_warnings"].names
SKILL_COLUMNS = TABLES["forecast_skill"].names


def of(table: pd.DataFrame, city: str) -> pd.DataFrame:
    """A city's rows of a table."""
    return table[table["city"] == city].reset_index(drop=True)


def rows(inputs: Inputs, answer: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """The model's answer as `jobs.forecast.export.COLUMNS`."""
    same = {"city": inputs.city.key, "minutes": 60, "simulated": inputs.simulated, "computed_at": pd.Timestamp(now)}
    plain = answer.assign(**same)[list(COLUMNS)]
    numbers = dict.fromkeys(("value", "lower", "upper", *METHODS), "float64")
    return _timed(
        plain.astype({"lead": "int64", "minutes": "int64", "weather": "bool", "simulated": "bool", **numbers})
    )


def _timed(table: pd.DataFrame) -> pd.DataFrame:
    """Times in microseconds, UTC, as the store keeps them."""
    return table.assign(
        **{n: pd.to_datetime(table[n], utc=True).dt.as_unit(u) for n, u in UNITS.items() if n in table}
    )  # fmt: skip


def limit_of(city: City, parameter: str, day: date) -> Limit | None:
    """The 24-h limit that is law in a city on a day."""
    found = own(city.law, parameter, day, averaging="24h")
    return next((x for x in found if x.law and x.statistic == "mean"), None)


def warnings(inputs: Inputs, model: "Forecaster", answer: pd.DataFrame) -> pd.DataFrame:
    """
    Today, tomorrow and the day after: 24-h means with their intervals, and how likely each lies above the limit.

    Parameters
    ----------
    model : Forecaster
        Whose past errors are laid over the forecast.
    answer : DataFrame
        Of `rows`.

    Returns
    -------
    DataFrame
        `WARNING_COLUMNS`, the city's figure only; limit and probability are missing where no 24-h limit is law, the
        mean and its interval are not.
    """
    from models.forecast import exceedance

    city = inputs.city
    figure = answer[answer["station"] == CITY]
    today = local_date(inputs.issued, city.zone)
    known = {p: limit_of(city, p, today) for p in figure["parameter"].unique()}
    held = {p: NO_LIMIT if x is None else x.concentration for p, x in known.items()}
    seen = inputs.history[inputs.history["station"] == CITY]
    days = exceedance(figure, held, inputs.zone, seen, residuals=model.residuals())
    last = today + timedelta(days=DAYS - 1)  # of the next day too few hours lie ahead
    rows_of = [day for day in days.to_dict("records") if day["day"] <= last]
    made = [{**day, **_law(known[day["parameter"]])} for day in rows_of]
    table = pd.DataFrame(made, columns=list(dict.fromkeys([*days.columns, *WARNING_COLUMNS])))
    same = {"city": city.key, "issued": inputs.issued, "simulated": inputs.simulated}
    numbers = ("probability", "probability_lower", "probability_upper", "limit", "value", "lower", "upper")
    table = table.assign(**same).astype(dict.fromkeys(numbers, "float64"))
    return _timed(table.assign(day=[str(d) for d in table["day"]])[list(WARNING_COLUMNS)])


def _law(limit: Limit | None) -> dict[str, Any]:
    """What the limit is, and no probability where there is none."""
    if limit is not None:
        return {"averaging": limit.averaging, "standard": limit.jurisdiction, "status": limit.status}
    nothing = float("nan")
    unknown = dict.fromkeys(("probability", "probability_lower", "probability_upper", "limit"), nothing)
    return {**unknown, "averaging": "24h", "standard": "", "status": ""}


def choice(errors: pd.DataFrame) -> pd.DataFrame:
    """
    The method shown at each lead, decided by groups of leads: single leads would flicker with the luck of origins.

    Parameters
    ----------
    errors : DataFrame
        ``parameter, lead, method, rmse, n``.

    Returns
    -------
    DataFrame
        ``parameter, lead, method`` for every lead up to 72 h of every parameter that was judged.
    """
    from models.forecast import choose

    if not len(errors):
        return pd.DataFrame({"parameter": [], "lead": [], "method": []})
    squares = errors.assign(lead=_group(errors["lead"]), square=errors["rmse"] ** 2)
    pooled = squares.groupby(["parameter", "lead", "method"], as_index=False)["square"].mean()
    best = choose(pooled.assign(rmse=pooled["square"] ** 0.5), GROUPS).rename(columns={"lead": "group"})
    leads = pd.DataFrame({"lead": range(1, GROUPS[-1] + 1)})
    return leads.assign(group=_group(leads["lead"])).merge(best, on="group")[["parameter", "lead", "method"]]


def _group(lead: pd.Series) -> pd.Series:
    return pd.cut(lead, [0, *GROUPS], labels=list(GROUPS)).astype("int64")


def skill(inputs: Inputs, table: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """Errors by lead and method, with the period they were judged over."""
    spans = inputs.history.groupby("parameter")["start"].agg(["min", "max"])
    begin = spans["min"] + FIRST_JUDGED * (spans["max"] - spans["min"])
    same = {"city": inputs.city.key, "weather": inputs.weather is not None, "computed_at": pd.Timestamp(now)}
    shown = choice(table).assign(shown=True)
    marked = table.drop(columns="shown").merge(shown, on=["parameter", "lead", "method"], how="left")
    table = marked.assign(shown=marked["shown"].notna())
    dated = table.assign(first=table["parameter"].map(begin), last=table["parameter"].map(spans["max"]), **same)
    return _timed(dated.astype({"lead": "int64", "n": "int64", "shown": "bool"})[list(SKILL_COLUMNS)])


def history(kept: pd.DataFrame, city: str, past: pd.DataFrame, newest: pd.DataFrame) -> pd.DataFrame:
    """
    Issues of the city's figure of the last 30 days, one in six hours.

    Parameters
    ----------
    kept : DataFrame
        Table `forecast_history` as it is.
    past : DataFrame
        Rows of the issue of 24 h ago, may be empty.
    newest : DataFrame
        Rows just made; kept where the last kept issue is six hours old.
    """
    mine, now = of(kept, city), newest["issued"].max()
    if len(mine):
        mine = mine[(mine["issued"] > now - KEPT) & (mine["issued"] < now)]  # a replay may stand before what was kept
    last = pd.concat(
        [part["issued"] for part in (mine, past) if len(part)] or [pd.Series(dtype=newest["issued"].dtype)]
    )
    due = not len(last) or now - last.max() >= ISSUES
    parts = [part for part in (mine, past, newest[newest["station"] == CITY] if due else mine.iloc[:0]) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else newest.iloc[:0]


def status(
    inputs: Inputs, now: datetime, seconds: float = 0.0, *, stations: int = 0, reason: str = ""
) -> pd.DataFrame:  # fmt: skip
    """One row: when, from what, or why not."""
    first = inputs.history["start"].min() if len(inputs.history) else pd.NaT
    return _timed(
        pd.DataFrame(
            {
                "city": [inputs.city.key], "computed_at": [pd.Timestamp(now)], "method": [METHOD],
                "refused": [sentence(inputs, reason)], "reason": [reason], "issued": [inputs.issued],
                "first": [first], "stations": [stations], "weather": [inputs.weather is not None],
                "cams": [inputs.cams is not None], "seconds": [float(seconds)], "simulated": [inputs.simulated],
            }
        )
    )  # fmt: skip


def sentence(inputs: Inputs, reason: str) -> str:
    """A refusal in English; empty where there is none."""
    return f"{inputs.city.name('en')}: no hourly forecast, {REASONS[reason]}" if reason else ""


def told(inputs: Inputs, answer: pd.DataFrame, said: pd.DataFrame, seconds: float) -> dict[str, Any]:
    """The job's answer for a shell."""
    figure = answer[answer["station"] == CITY] if len(answer) else answer
    parameters = list(dict.fromkeys(figure["parameter"])) if len(figure) else []
    tomorrow = str(local_date(inputs.issued, inputs.city.zone) + timedelta(days=1))
    days = said[said["day"] == tomorrow].dropna(subset=["probability"]) if len(said) else said
    return {
        "city": inputs.city.key, "refused": "", "reason": "", "issued": inputs.issued.isoformat(),
        "parameters": parameters, "stations": int(answer["station"].nunique() - 1) if len(answer) else 0,
        "shown": {p: _runs(figure[figure["parameter"] == p]) for p in parameters},
        "tomorrow": {r.parameter: round(float(r.probability), 3) for r in days.itertuples()},
        "weather": inputs.weather is not None, "cams": inputs.cams is not None, "seconds": round(seconds, 1),
    }  # fmt: skip


def _runs(figure: pd.DataFrame) -> str:
    """`model 1–36, damped_persistence 37–72`."""
    runs = (figure["method"] != figure["method"].shift()).cumsum()
    parts = [part for _, part in figure.groupby(runs)]
    return ", ".join(f"{p['method'].iloc[0]} {p['lead'].min()}–{p['lead'].max()}" for p in parts)
