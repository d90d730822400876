"""Levels, comparisons and the trend in words of one language: always with their range, or with why there is none."""

from __future__ import annotations

from datetime import date
from typing import Any

from data.words import Words

Facts = dict[str, Any]


def level(made: Facts | None, basis: str, w: Words) -> list[str]:
    """The mean of the period, its range, the stations of a typical day, and what was left out."""
    if not made:
        return []
    unit = w.say("form.unit")
    key = "answer.mean_medians" if basis == "median" else "answer.mean"
    said = [w.say(key, value=w.level(made["value"]), unit=unit, n=made["days"])]
    if made["lower"] is None:
        said.append(w.say("answer.one_station"))
    else:
        typical = w.number(made["stations_typical"], 0 if float(made["stations_typical"]).is_integer() else 1)
        ends = {"lower": w.level(made["lower"]), "upper": w.level(made["upper"]), "typical": typical}
        counted = made["over"] is not None and made["over_lower"] is not None
        counts = {"over_lower": made["over_lower"], "over_upper": made["over_upper"]} if counted else {}
        said.append(w.say("answer.range_over" if counted else "answer.range", unit=unit, **ends, **counts))
    if made["left_out_share"]:
        share = w.number(100 * made["left_out_share"], 0 if made["left_out_share"] >= 0.1 else 1)
        said.append(w.say("answer.left_out", share=share, value=w.level(made["with_left_out"]), unit=unit))
    return said


def before(made: Facts | None, w: Words) -> list[str]:
    """The same days a year earlier at the same stations, or that they cannot be compared."""
    if not made:
        return []
    if not made["comparable"]:
        return [w.say("answer.not_comparable", both=made["stations"], n=made["of"])]
    now, then = w.level(made["after"]), w.level(made["before"])
    return [w.say("answer.before", now=now, then=then, unit=w.say("form.unit"), n=made["stations"],
                  pairs=made["pairs"], change=change(made, w))]  # fmt: skip


def change(made: Facts, w: Words) -> str:
    """`−28 % (95 % interval −62 to +35 %)`, or without an interval where there is none."""
    said = _signed(made["ratio"], w)
    if made["lower"] is None:
        return w.say("matched.bare", change=said)
    return w.say("matched.interval", change=said, lower=_signed(made["lower"], w), upper=_signed(made["upper"], w))


def _signed(ratio: float, w: Words) -> str:
    said = w.number(100 * (ratio - 1))
    return said if said.startswith("−") or said == "0" else f"+{said}"


def years(made: Facts | None, parameter: str, w: Words) -> str:
    """One year against the one before at the same stations; empty where there are no two years."""
    if not made:
        return ""
    year = date.fromisoformat(made["last"]).year
    said = {"year": str(year), "before": str(year - made["years"]), "parameter": parameter}
    if not made["comparable"]:
        return w.say("matched.not", both=made["stations"], n=made["of"], days=made["days"], **said)
    side, clear = ("lower" if made["ratio"] < 1 else "higher"), made["direction"] in ("fell", "rose")
    kind = "bare" if made["lower"] is None else "clear" if clear else "unclear"
    ends = {} if kind == "bare" else {end: _signed(made[end], w) for end in ("lower", "upper")}
    size = w.number(abs(100 * (made["ratio"] - 1)))
    return w.say(f"matched.{side}_{kind}", size=size, n=made["stations"], pairs=made["pairs"], **ends, **said)


def trend(made: Facts, steps: Facts | None, parameter: str, w: Words) -> tuple[str, tuple[str, ...]]:
    """
    The trend and the comparison of years, the one that may be stated first.

    Returns
    -------
    str, tuple of str
        ``rise``, ``fall``, ``none`` or empty for the arrow, and the sentences.
    """
    alike = years(steps, parameter, w)
    stated = _refused(made, w) if made["refused"] else _slope(made, parameter, w)
    sure = made["direction"] in ("rise", "fall", "none")
    first_alike = bool(alike) and bool(steps) and bool(steps and steps["comparable"]) and not sure
    said = [alike, *stated] if first_alike else [*stated, alike]
    return (made["direction"] if sure else ""), tuple(x for x in said if x)


def _refused(made: Facts, w: Words) -> list[str]:
    return [w.say(f"trend.{made['refused']}", n=made["n"])]


def _slope(made: Facts, parameter: str, w: Words) -> list[str]:
    direction = made["direction"]
    slope = abs(made["slope"]) if direction in ("rise", "fall") else made["slope"]
    ends = (-made["upper"], -made["lower"]) if direction == "fall" else (made["lower"], made["upper"])
    fine = 2 if any(0 < abs(x) < 0.05 for x in (slope, *ends)) else 1
    first, last = (w.month(date.fromisoformat(f"{made[end]}-01")) for end in ("first", "last"))
    early, late, both, either = (made[f"stations_{name}"] for name in ("first", "last", "both", "either"))
    numbers = {"slope": w.number(slope, fine), "lower": w.number(ends[0], fine), "upper": w.number(ends[1], fine)}
    said = [
        w.say(f"trend.{direction}", parameter=parameter, unit=w.say("form.unit"), both=both, n=either, **numbers),
        w.say("trend.how", n=made["n"], first=first, last=last),
    ]
    said += [w.say("trend.medians")] if made["basis"] == "median" else []
    if direction != "moved" and both < either:
        said.append(w.say("trend.stations", early=early, late=late, both=both))
    return said
