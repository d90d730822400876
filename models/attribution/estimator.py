"""SourceAttributor: which sources, how much, how sure, from measurements, weather and an inventory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

from data import attribution as defaults
from models.attribution import border, evidence, refusal, report
from models.attribution.activity import Climate
from models.attribution.expectation import components, inventory, pool
from models.attribution.panel import Array, InputError, Panel, build, hotspot_table, join
from models.attribution.ranking import Ranking, find_unlisted, rank_sites
from models.attribution.split import Fitted, learn, split
from models.attribution.tables import CATEGORIES, UNDETERMINED
from models.attribution.unlisted import Sign

TAIL = 72
"""Hours of the past kept for a live hour: envelope, temperature and rain look back two days. [h]"""


class SourceAttributor(TransformerMixin, BaseEstimator, auto_wrap_output_keys=None):  # type: ignore[misc, call-arg]
    """
    Contributions of source categories to PM2.5, with intervals, ranked sites and reasons.

    Parameters
    ----------
    zone : str
        IANA zone of the city, for hours, weekdays and days.
    neighbours : sequence of dict
        `{"country", "from", "to"}`: bearings of the neighbours, for the transboundary share. [°]
    seed : int
        Of the bootstraps; the same seed gives the same answer.

    Attributes
    ----------
    daily_ : DataFrame
        day, category, share, lower, upper (90 %), contribution [µg/m³], status: network.
    station_daily_ : DataFrame
        The same per station.
    sites_ : DataFrame
        site, category, subtype, lat, lon, score [µg/m³], lower, upper, top3, multiplier, learned, group, status,
        reason.
    unlisted_ : DataFrame
        station, bearing [°], excess [µg/m³], hours: where a source seems to be missing from the inventory.
    transboundary_ : DataFrame
        country, share, lower, upper, status.
    status_ : DataFrame
        station, day, hours, status, reason.
    notes_ : list of str
        Codes that hold for the whole period (`refusal.REASONS` has the sentences).

    Notes
    -----
    Prior times activity, regional part from the low envelope, one Gaussian update per hour with the fingerprints,
    scaling to the observation: docs/method-attribution.md.
    """

    def __init__(self, zone: str = "UTC", neighbours: Sequence[dict[str, Any]] = (), seed: int = 0) -> None:
        self.zone = zone
        self.neighbours = neighbours
        self.seed = seed

    def fit(
        self,
        measurements: pd.DataFrame,
        weather: pd.DataFrame | None = None,
        stations: pd.DataFrame | None = None,
        sources: pd.DataFrame | None = None,
        *,
        prior: pd.DataFrame | None = None,
        fingerprints: pd.DataFrame | None = None,
        hotspots: pd.DataFrame | None = None,
    ) -> Self:
        """
        Learn from a period and attribute it.

        Parameters
        ----------
        measurements : DataFrame
            Tidy: station, parameter, start (UTC), minutes, value [µg/m³], optionally flag.
        weather : DataFrame, optional
            Wide (start, wind_speed …) or tidy. [m/s, °, °C, %, mm, m]
        stations : DataFrame
            station, kind (reference or indicative), lat, lon.
        sources : DataFrame, optional
            Inventory: site, category, subtype, lat, lon, stack_m [m], pm25_gps [g/s], status.
        prior, fingerprints, hotspots : DataFrame, optional
            Annual shares (category, share, log_sd); ratios to PM2.5; time, lat, lon, frp_mw [MW].

        Raises
        ------
        InputError
            A table cannot be used; the message says which and why.
        """
        if stations is None or not len(stations):
            raise InputError("models.attribution.no_stations", parameter="stations")
        panel = build(measurements, weather, stations)
        lat, lon = float(panel.stations["lat"].mean()), float(panel.stations["lon"].mean())
        self.sources_ = inventory(sources)
        stated = prior if prior is not None else defaults.published_prior(lat, lon)
        prints = components(fingerprints if fingerprints is not None else defaults.fingerprints(), self.sources_)
        climate = Climate(self.zone, defaults.normals(lat, lon), hotspot_table(hotspots), {})
        self.fitted_: Fitted = learn(panel, prints, pool(stated, defaults.reference_prior()), climate)
        self.notes_ = refusal.notes(panel, stated=stated is not None, hotspots=hotspots is not None)
        self.panel_ = panel
        self._attribute()
        return self

    def _attribute(self) -> None:
        """Split the fitted period, then rank sites, look for unlisted sources, and summarise."""
        panel, fitted = self.panel_, self.fitted_
        known = split(panel, fitted, update="prior" not in self.notes_)
        days = pd.Index(panel.local(self.zone).date)
        number = days.factorize()[0]
        self.ranking_: Ranking = rank_sites(panel, known.parts, self.sources_, fitted.climate, number, self.seed)
        self.sites_ = self.ranking_.table
        signs, undetermined = find_unlisted(panel, known.residual, self.ranking_, number)
        self.signs_: list[Sign] = signs
        self.unlisted_ = report.unlisted(signs, list(panel.stations["station"]))
        self.sites_ = report.doubtful(self.sites_, signs, panel)
        self.parts_, self.undetermined_ = report.set_aside(known.parts, undetermined)
        self.status_ = refusal.station_days(panel, days, self.undetermined_)
        table = defaults.interval_table()
        self.daily_ = report.daily(panel, days, self.parts_, self.undetermined_, table, fitted.prior.wider)
        self.transboundary_ = self._border(number)

    def _border(self, number: np.ndarray) -> pd.DataFrame:
        """Transboundary shares of the fitted period."""
        sectors = [border.Neighbour(str(n["country"]), float(n["from"]), float(n["to"])) for n in self.neighbours]
        bearing, known = border.origin(self.panel_.weather["wind_speed"], self.panel_.weather["wind_direction"])
        regional = report.network_mean(self.parts_[..., CATEGORIES.index("regional")])
        total = report.network_mean(self.panel_.observed["pm25"])
        return border.transboundary(regional, total, bearing, known, number, sectors, self.seed)

    def transform(self, measurements: pd.DataFrame | None = None, weather: pd.DataFrame | None = None) -> pd.DataFrame:
        """
        Contributions per station, hour and category; they add up to the observed PM2.5. [µg/m³]

        Parameters
        ----------
        measurements, weather : DataFrame, optional
            New hours at the fitted stations; without them the fitted period is given. The last 72 fitted hours stand
            in front of new ones that follow them.

        Returns
        -------
        DataFrame
            station, start (UTC), category, contribution [µg/m³], status; a refused hour is absent.
        """
        if measurements is None:
            return report.tidy(self.panel_, self.parts_, self.undetermined_, self.hour_status_)
        fresh = build(measurements, weather, self.panel_.stations, light=True)
        joined, skipped = join(self.panel_.tail(TAIL), fresh)
        known = split(joined, self.fitted_, update="prior" not in self.notes_)
        _, undetermined = find_unlisted(joined, known.residual, self.ranking_, None, self.signs_)
        parts, unknown = report.set_aside(known.parts, undetermined)
        keep = slice(skipped, None)
        return report.tidy(joined.slice(keep), parts[keep], unknown[keep], self.hour_status_)

    def fit_transform(
        self, measurements: pd.DataFrame, *tables: pd.DataFrame | None, **more: pd.DataFrame | None
    ) -> pd.DataFrame:
        """`fit` and the contributions of the fitted period; arguments as in `fit`."""
        return self.fit(measurements, *tables, **more).transform()

    @property
    def station_daily_(self) -> pd.DataFrame:
        """Daily shares per station; made when asked for."""
        days = pd.Index(self.panel_.local(self.zone).date)
        table, wider = defaults.interval_table(), self.fitted_.prior.wider
        return report.station_daily(self.panel_, days, self.parts_, self.undetermined_, table, wider)

    @property
    def hour_status_(self) -> str:
        """Status of the hours that carry an answer."""
        return next((code for code in ("prior", "mostly_prior") if code in self.notes_), "ok")

    def explain(self, station: str, hour: datetime | pd.Timestamp) -> list[evidence.Evidence]:
        """
        Evidence lines for one station and hour of the fitted period.

        Raises
        ------
        InputError
            The station or the hour is not in the fitted period.
        """
        column = (
            list(self.panel_.stations["station"]).index(station)
            if station in set(self.panel_.stations["station"])
            else -1
        )
        moment = pd.Timestamp(hour)
        moment = (moment.tz_localize("UTC") if moment.tzinfo is None else moment.tz_convert("UTC")).floor("h")
        row = int(self.panel_.hours.get_indexer(pd.DatetimeIndex([moment]))[0])
        if column < 0 or row < 0:
            raise InputError("models.attribution.not_fitted", station=station, hour=moment.isoformat())
        return self._lines(row, column)

    def _lines(self, row: int, column: int) -> list[evidence.Evidence]:
        """The evidence of one cell, strongest kind first."""
        if not np.isfinite(self.panel_.observed["pm25"][row, column]):
            return [evidence.line("refused")]
        hour = self.panel_.local(self.zone)[row]
        unknown = float(self.undetermined_[row, column])
        lines = [evidence.line("undetermined", value=unknown)] if unknown > 1 else []
        lines += evidence.upwind(self.panel_, row, column, self.sources_) + evidence.weather(self.panel_, row)
        lines += [*evidence.ratios(self.panel_, row, column), evidence.traffic(hour)]
        lines += evidence.air(self.panel_, row, column)
        lines += evidence.smoke(self.panel_, row, column, self.fitted_.climate.hotspots)
        return lines + evidence.prior(self.fitted_.prior.share)

    @property
    def categories_(self) -> tuple[str, ...]:
        """The categories in the order of all arrays."""
        return CATEGORIES

    def predict_interval(self) -> pd.DataFrame:
        """Network daily shares with their 90 % intervals (`daily_`)."""
        return self.daily_

    def shares(self) -> dict[str, float]:
        """Shares of the whole period over the network, `undetermined` among them when it is not zero. [0–1]"""
        mass: Array = np.append(np.nansum(self.parts_, axis=(0, 1)), np.nansum(self.undetermined_))
        total = max(float(mass.sum()), 1e-12)
        names = (*CATEGORIES, UNDETERMINED)
        return {
            name: float(value / total)
            for name, value in zip(names, mass, strict=True)
            if value > 0 or name != UNDETERMINED
        }


__all__ = ["InputError", "Panel", "SourceAttributor"]
