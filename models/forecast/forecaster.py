"""The forecast of every station: fitted on the past, answering with a band and the name of what is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import pandas as pd

from models.forecast.baseline import BASELINES, NAMED, Cases, cases, named
from models.forecast.choice import METHODS
from models.forecast.climatology import Climate, climate
from models.forecast.features import ground
from models.forecast.fitting import Fitted, Names, answers, ends, fit, shown
from models.forecast.panel import AHEAD, Array, Panel, panels
from models.forecast.residuals import Residuals
from models.trends.heating import Calendar

LEADS = tuple(range(1, AHEAD + 1))
LOOK_BACK = 31 * 24  # nothing but the climatology looks further back [h]
COLUMNS = (*NAMED, "model", "lower", "upper", *BASELINES, "method", "value", "weather")


@dataclass
class Forecaster:
    """
    One to 72 hours ahead for every station and pollutant of a table.

    Parameters
    ----------
    quantiles : three floats
        The outer two bound the band; the value itself is the conditional mean. [0–1]
    seed : int
        Same seed and data, same forecast.
    zone : str
        Zone of the local clock.
    season : Calendar, optional
        When the city heats, with what was known at the issue.
    rows : int
        Cases learned from, drawn at random.
    runs : int
        Runs of 72 hours that calibrate, drawn at random.

    Attributes
    ----------
    fitted : dict of str to Fitted
        By pollutant; `Fitted.reason` says why there is no model.

    Notes
    -----
    The model corrects damped persistence; a case is (station, issue, lead). Errors are learned over the
    station's level and over what damped persistence forgets, so that stations and leads weigh alike.
    """

    quantiles: tuple[float, float, float] = (0.05, 0.5, 0.95)
    seed: int = 0
    zone: str = "UTC"
    season: Calendar | None = None
    rows: int = 40_000
    runs: int = 800
    fitted: dict[str, Fitted] = field(default_factory=dict, init=False)

    def fit(
        self,
        history: pd.DataFrame,
        weather: pd.DataFrame | None = None,
        cams: pd.DataFrame | None = None,
        until: pd.Timestamp | None = None,
    ) -> Self:
        """
        Learn from everything that is over at `until`.

        Parameters
        ----------
        history : DataFrame
            Long: ``station, parameter, start`` (UTC), ``value``; hourly. [µg/m³]
        weather, cams : DataFrame, optional
            As in `models.forecast.panel.panels`; what was forecast for each past hour.
        until : Timestamp, optional
            Everything when left out.
        """
        known = panels(history, weather, cams, zone=self.zone, until=until)
        self.fitted = {name: self.fit_panel(panel) for name, panel in known.items()}
        return self

    def fit_panel(self, panel: Panel) -> Fitted:
        """Learn one pollutant; its last three days may only be known by their weather."""
        return fit(panel, self.quantiles, self.seed, self.rows, self.runs, self.season)

    def predict(
        self,
        issued: pd.Timestamp,
        history: pd.DataFrame,
        weather: pd.DataFrame | None = None,
        cams: pd.DataFrame | None = None,
        *,
        leads: Sequence[int] = LEADS,
        choice: pd.DataFrame | None = None,
    ) -> pd.DataFrame:
        """
        Forecast from one moment.

        Parameters
        ----------
        issued : Timestamp
            Moment of issue; what is not over then is not looked at, except weather and CAMS.
        history : DataFrame
            As long as at the fit: climatology is made from it. [µg/m³]
        weather, cams : DataFrame, optional
            Up to the last hour forecast. A model that learned with weather is silent where it is missing.
        leads : sequence of int
            1 is the hour of issue. [h]
        choice : DataFrame, optional
            ``parameter, lead, method`` as `choose` gives them from rolling origins. Left out, or where the
            chosen method has no answer, the order of the fit's own calibration stands.

        Returns
        -------
        DataFrame
            ``station, parameter, issued, start, lead, model, lower, upper``, the baselines, ``method`` (what is
            shown), ``value`` (its figure) and ``weather`` (whether a weather forecast went into it). The band
            (90 %) is that of the method shown, NaN where too few errors are known. Stations without enough recent
            values have no row; `refused` says why. [µg/m³]
        """
        known = panels(history, weather, cams, zone=self.zone, until=issued)
        out = [self._issue(panel, issued, leads, choice) for name, panel in known.items() if name in self.fitted]
        frame = pd.concat(out, ignore_index=True) if out else pd.DataFrame(columns=list(COLUMNS))
        return frame[frame["value"].notna()].reset_index(drop=True)

    def residuals(self) -> dict[tuple[str, str], Residuals]:
        """Runs of errors by (parameter, method), for `exceedance`."""
        return {(p, m): runs for p, found in self.fitted.items() for m, runs in found.residuals.items()}

    def _issue(
        self, panel: Panel, issued: pd.Timestamp, leads: Sequence[int], choice: pd.DataFrame | None
    ) -> pd.DataFrame:
        issue = panel.index(issued)
        usual = climate(panel, first=int(panel.day[issue]))
        early = max(0, issue - LOOK_BACK)
        these = cases([issue - early], len(panel.stations), list(leads))
        return self.answer(panel.tail(early), usual, these, choice=choice, issued=issued)[0]

    def answer(
        self,
        panel: Panel,
        usual: Climate,
        these: Cases,
        *,
        choice: pd.DataFrame | None = None,
        issued: pd.Timestamp | None = None,
    ) -> tuple[pd.DataFrame, dict[str, Array]]:
        """Rows as `predict` returns them for any cases of a panel, and the band of every method."""
        found = self.fitted[panel.parameter]
        base = ground(panel, usual, found.left, self.season)
        forecasts, low, high = answers(base, found, these)
        bands = ends(found, forecasts, low, high, these.lead)
        method = shown(found, panel.parameter, forecasts, these.lead, choice)
        columns = {
            "value": picked(forecasts, method),
            "lower": picked({m: b[0] for m, b in bands.items()}, method),
            "upper": picked({m: b[1] for m, b in bands.items()}, method),
        }
        rows = named(panel, issued, these).assign(**forecasts, **columns, method=method)
        return rows.assign(weather=found.weather & (rows["method"] == "model"))[list(COLUMNS)], bands


def picked(columns: Mapping[str, Array], method: Names) -> Array:
    """From each case the figure of its method; NaN where there is none."""
    out = np.full(len(method), np.nan)
    for name in METHODS:
        here = method == name
        out[here] = columns[name][here]
    return out
