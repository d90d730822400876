"""The forecast on the wall: the coming hours with their band behind the last day, or why there is none."""

from datetime import timedelta

from pages.ui.city.city import Picture
from pages.ui.forecast import tables as forecast_tables
from pages.ui.forecast.tables import Outlook
from pages.ui.reader import language
from pages.ui.reader.language import html, level, number, t, t_unit
from pages.ui.wall.sparkline import spark

BACK, AHEAD = timedelta(hours=24), timedelta(hours=72)


def forecast(picture: Picture) -> str:
    """A city's panel: tomorrow's mean, how likely it lies above the limit, the coming hours, and by which method."""
    made = forecast_tables.outlook(picture.city.key, picture.parameter)
    issued = t("wall.forecast.issued", age=language.age(made.age)) if made.age is not None else ""
    head = f'<div class="cap1"><h2>{html(picture.name)}</h2><span class="fresh">{html(issued)}</span></div>'
    if made.refused or not len(made.hours):
        return f'<section class="city">{head}<div class="none">{html(_why_not(made))}</div></section>'
    return (
        f'<section class="city">{head}{_tomorrow(picture, made)}<div class="curve">{_curve(picture, made)}</div>'
        f'<div class="cap">{html(_caption(picture, made))}</div></section>'
    )


def _why_not(made: Outlook) -> str:
    key = f"forecast.reason.{made.refused}"
    return t(key) if language.has(key) else t("wall.forecast.none")


def _tomorrow(picture: Picture, made: Outlook) -> str:
    day = made.tomorrow
    if day is None or day.value is None:
        return f'<div class="cap">{html(t("wall.forecast.no_day"))}</div>'
    range_ = f"{t_unit(made.unit)} ({level(day.lower)}–{level(day.upper)})"
    said = f"<b>{html(t('wall.forecast.tomorrow'))}</b> {html(range_)}"
    if day.probability is not None:
        key = "wall.forecast.above_indicative" if day.indicative else "wall.forecast.above"
        likely = t(key, probability=number(100 * day.probability), limit=number(day.limit), law=picture.law())
        said += f"<br><b>{html(likely)}</b>"
    return f'<div class="tomorrow"><b class="figure">{level(day.value)}</b><div class="said">{said}</div></div>'


def _curve(picture: Picture, made: Outlook) -> str:
    return spark(
        picture.hourly, picture.running, zone=picture.city.zone, now=picture.now, back=BACK, ahead=AHEAD,
        forecast=made.hours, lines=picture.lines(),
    )  # fmt: skip


def _caption(picture: Picture, made: Outlook) -> str:
    names = [f"forecast.method.{m}" for m in dict.fromkeys(made.hours["method"])]
    methods = ", ".join(t(name) for name in names if language.has(name))
    return f"{picture.label()}, {t('wall.forecast.caption')}" + (f" · {methods}" if methods else "")
