"""Bootstrap resampling that draws the very numbers R draws for a seed, so that intervals can be recomputed."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

Bootstrap = Literal["block", "plain"]
Indices = npt.NDArray[np.int64]


def draws(seed: int, n: int, size: int) -> Indices:
    """
    Whole numbers below `n`, the same as R's ``set.seed(seed); sample.int(n, size, replace = TRUE) - 1``.

    Parameters
    ----------
    seed : int
        As given to R.
    n, size : int
        Numbers lie in 0 … n − 1; how many of them.

    Notes
    -----
    Mersenne Twister (Matsumoto & Nishimura 1998, doi:10.1145/272991.272995), its state filled from the
    seed by the linear congruence x → 69069 x + 1, and rejection sampling of the fewest bits that hold
    `n` (R ≥ 3.6: ``?RNGkind``).

    Examples
    --------
    >>> (draws(42, 100, 10) + 1).tolist()
    [49, 65, 25, 74, 100, 18, 49, 47, 24, 71]
    """
    if not 1 <= n <= 65536:
        raise ValueError(f"draws are made below 1 to 65536, not {n}: take a coarser average")
    bits = int(n - 1).bit_length()
    twister = _twister(seed)
    kept: list[Indices] = [np.zeros(size, dtype=np.int64)] if bits == 0 else []
    while sum(map(len, kept)) < size:
        uniform = twister.random_raw(size + 1000) * 2.3283064365386963e-10  # 32 bits to [0, 1)
        numbers = np.floor(uniform * 65536).astype(np.int64) & ((1 << bits) - 1)
        kept.append(numbers[numbers < n])
    return np.concatenate(kept)[:size]


def resamples(n: int, times: int, seed: int, bootstrap: Bootstrap = "block") -> Indices:
    """
    Rows to take for each resample of a series.

    Parameters
    ----------
    n : int
        Length of the series.
    times : int
        Number of resamples.
    seed : int
        Same seed, same rows.
    bootstrap : {"block", "plain"}
        Moving blocks of round(n^(1/3)) neighbours, which keep short memory (Künsch 1989,
        doi:10.1214/aos/1176347265), or single rows.

    Returns
    -------
    ndarray of int
        Shape (times, n).

    Examples
    --------
    >>> resamples(8, 1, seed=1).tolist()
    [[0, 1, 3, 4, 6, 7, 0, 1]]
    """
    if bootstrap not in get_args(Bootstrap):
        raise ValueError(f"bootstrap must be one of {', '.join(get_args(Bootstrap))}, not {bootstrap!r}")
    if bootstrap == "plain":
        return draws(seed, n, n * times).reshape(times, n)
    length = max(round(n ** (1 / 3)), 1)
    starts = draws(seed, n - length + 1, times * -(-n // length)).reshape(times, -1)
    return (starts[:, :, None] + np.arange(length)).reshape(times, -1)[:, :n]


def _twister(seed: int) -> np.random.MT19937:
    state, words = seed & 0xFFFFFFFF, []
    for step in range(50 + 625):
        state = (69069 * state + 1) & 0xFFFFFFFF
        if step > 50:  # fifty to stir, one that R overwrites with the position
            words.append(state)
    twister = np.random.MT19937()
    key = np.array(words, dtype=np.uint32)
    twister.state = {"bit_generator": "MT19937", "state": {"key": key, "pos": 624}}
    return twister
