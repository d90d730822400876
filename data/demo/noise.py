"""Randomness that belongs to the calendar: the same seed, name and hour give the same number, always."""

from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Hours = NDArray[np.int64]
Salts = NDArray[np.uint64]

_STEP = np.uint64(0x9E3779B97F4A7C15)  # splitmix64 (Steele, Lea, Flood 2014, doi:10.1145/2660193.2660195)
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_LANES = (np.uint64(0x2545F4914F6CDD1D), np.uint64(0x6A09E667F3BCC909))


def salt(seed: int, *names: object) -> np.uint64:
    """
    Key of one stream of random numbers.

    Parameters
    ----------
    seed : int
        Of the world.
    *names : object
        What the stream is for; their texts count.

    Returns
    -------
    uint64
        The same in every process.

    Examples
    --------
    >>> bool(salt(1, "wind", "tashkent") == salt(1, "wind", "tashkent") != salt(2, "wind", "tashkent"))
    True
    """
    text = "/".join(str(part) for part in (seed, *names))
    return np.uint64(int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little"))


def salts(seed: int, name: str, members: list[str]) -> Salts:
    """
    Keys of one stream for each of several members, such as stations.

    Returns
    -------
    array of uint64, (len(members),)
    """
    return np.array([salt(seed, name, member) for member in members], dtype=np.uint64)


def _mixed(key: Salts | np.uint64, index: Hours) -> Salts:
    with np.errstate(over="ignore"):
        x = (np.asarray(index).astype(np.uint64) + np.uint64(1)) * _STEP + key
        x = (x ^ (x >> np.uint64(30))) * _MIX[0]
        x = (x ^ (x >> np.uint64(27))) * _MIX[1]
    return np.asarray(x ^ (x >> np.uint64(31)), dtype=np.uint64)


def uniform(key: Salts | np.uint64, index: Hours) -> Floats:
    """
    Uniform numbers in (0, 1), one per key and index (broadcast together).

    Examples
    --------
    >>> long, short = np.arange(100), np.arange(40, 60)
    >>> bool((uniform(salt(1, "x"), long)[40:60] == uniform(salt(1, "x"), short)).all())
    True
    """
    return ((_mixed(key, index) >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


def white(key: Salts | np.uint64, index: Hours) -> Floats:
    """
    Independent standard normal numbers, one per key and index (Box and Muller 1958, doi:10.1214/aoms/1177706645).

    Examples
    --------
    >>> z = white(salt(1, "x"), np.arange(20000))
    >>> bool(abs(z.mean()) < 0.03 and abs(z.std() - 1) < 0.02)
    True
    """
    radius = np.sqrt(-2.0 * np.log(uniform(key ^ _LANES[0], index)))
    return np.asarray(radius * np.cos(2.0 * np.pi * uniform(key ^ _LANES[1], index)))


def smooth(key: Salts | np.uint64, hours: Hours, period: float) -> Floats:
    """
    Standard normal noise that wanders: independent knots every `period`, joined smoothly.

    Parameters
    ----------
    key : uint64 or array
        Stream; an array is broadcast against `hours`.
    hours : array of int
        Hours since 1970-01-01 UTC.
    period : float
        Distance of the knots. [h]

    Returns
    -------
    array of float
        Unit variance at every hour.
    """
    place = np.asarray(hours) / period
    knot = np.floor(place).astype(np.int64)
    frac = place - knot
    weight = frac * frac * (3.0 - 2.0 * frac)
    if np.ndim(hours) == 1 and np.ndim(key) == 0:  # a knot serves many hours: draw it once
        span = np.arange(knot[0], knot[-1] + 2) if len(knot) else knot
        drawn = white(key, span)
        left, right = drawn[knot - knot[0]], drawn[knot - knot[0] + 1]
    else:
        left, right = white(key, knot), white(key, knot + 1)
    return np.asarray(((1 - weight) * left + weight * right) / np.hypot(1 - weight, weight))


def trailing(values: Floats, memory: int) -> Floats:
    """
    Weighted mean of the present and the `memory` hours before, newest heaviest; finite, so that history cannot leak in.

    Parameters
    ----------
    values : array, (n, …)
        Hourly, time first.
    memory : int
        Length of the window before the present hour. [h]

    Returns
    -------
    array, (n, …)
        The first `memory` rows rest on fewer hours and are for run-up only.
    """
    weights = np.exp(-np.arange(memory + 1) / (memory / 2.5))
    total = np.zeros_like(values)
    norm = np.zeros(len(values))
    for lag, weight in enumerate(weights[: len(values)]):
        total[lag:] += weight * values[: len(values) - lag]
        norm[lag:] += weight
    return np.asarray(total / norm.reshape(-1, *[1] * (values.ndim - 1)))
