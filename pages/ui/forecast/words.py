"""The forecast in words: how likely, by which methods, and what the next hours bring."""

import pandas as pd

from pages.ui.forecast.tables import Outlook
from pages.ui.reader.language import number, t, t_unit

SOON = 24  # hours that the situation speaks of [h]
# Of the IPCC's guidance note on uncertainty (2010): very likely > 90 %, likely > 66 %, unlikely < 33 %, very < 10 %.
LIKELY = ((0.9, "very_likely"), (0.66, "likely"), (0.33, "even"), (0.1, "unlikely"), (0.0, "very_unlikely"))


def likelihood(probability: float | None) -> str:
    """
    Key of the word for a probability.

    Examples
    --------
    >>> likelihood(0.95), likelihood(0.5), likelihood(0.0), likelihood(None)
    ('very_likely', 'even', 'very_unlikely', 'unknown')
    """
    if probability is None:
        return "unknown"
    return next(key for least, key in LIKELY if probability >= least)


def percent(probability: float) -> str:
    """A probability as people may trust it: never 0 % and never 100 %."""
    if probability < 0.01:
        return "< 1 %"
    return "> 99 %" if probability > 0.99 else f"{number(100 * probability)} %"


def methods(hours: pd.DataFrame) -> str:
    """`the centre's model (1–24 h), damped persistence (25–72 h)`."""
    runs = (hours["method"] != hours["method"].shift()).cumsum()
    parts = [part for _, part in hours.groupby(runs.to_numpy())]
    return ", ".join(
        t("forecast.method_part", method=t(f"forecast.method.{p['method'].iloc[0]}"), first=int(p["lead"].min()),
          last=int(p["lead"].max()))
        for p in parts
    )  # fmt: skip


def next_hours(shown: Outlook) -> str:
    """What stands under the curve of the situation; why there is no forecast where there is none."""
    hours = shown.hours.head(SOON)
    if shown.refused or not len(hours):
        return t("forecast.next_none", reason=t(f"forecast.reason.{shown.refused or 'no_parameter'}"))
    names = ", ".join(t(f"forecast.method.{m}") for m in dict.fromkeys(hours["method"]))
    low, high = number(hours["value"].min()), number(hours["value"].max())
    said = [t("forecast.next_hours", lowest=low, highest=high, unit=t_unit(shown.unit), methods=names)]
    day = shown.tomorrow
    if day is not None and day.probability is not None:
        word = t(f"forecast.likelihood.{likelihood(day.probability)}")
        said.append(t("forecast.next_tomorrow", likelihood=word, probability=percent(day.probability)))
    return " ".join(said)
