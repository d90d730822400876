"""What one gram per second of each site would add at each station and hour."""

from __future__ import annotations

import numpy as np

from models.attribution.panel import CALM, Array

KM = 111.2
"""One degree of latitude. [km]"""
MEANDER = 0.15
"""Crosswind spread added for the ten-degree rounding of the vane, the turning of the wind within the hour and on the
way, and a place that is off by some hundred metres; as a part of the distance (about 9°)."""
RISE = 2.0
"""Effective height of a stack as a multiple of its own: hot plumes rise by about the height of the stack (Briggs 1984
gives 100 to 250 m for stacks of 100 to 180 m in the winds met here)."""
NEAREST = 0.3
"""Closer than this a plume formula says nothing. [km]"""


def offsets(sites_lat: Array, sites_lon: Array, lat: Array, lon: Array) -> tuple[Array, Array]:
    """East and north distance of the stations from the sites; each (I, S). [km]"""
    north = (lat[None, :] - sites_lat[:, None]) * KM
    east = (lon[None, :] - sites_lon[:, None]) * KM * np.cos(np.deg2rad(lat.mean()))
    return east, north


def components(speed: Array, direction: Array) -> tuple[Array, Array]:
    """Where the air goes: east and north component; NaN in calms and without a direction. [m/s]"""
    angle = np.deg2rad(np.where(speed >= CALM, direction, np.nan))
    return -speed * np.sin(angle), -speed * np.cos(angle)


def dispersion(distance: Array, layer: Array) -> tuple[Array, Array]:
    """
    Crosswind and vertical spread over a town at a distance. [m]

    Notes
    -----
    Briggs' urban curves (1973; EPA-454/B-95-003b, table 1-4), with the stability read off the mixing layer: below
    200 m class E-F, above 1200 m class A-B, between C-D.
    """
    metres = distance * 1000.0
    stable, unstable = layer < 200.0, layer > 1200.0
    side = np.where(stable, 0.11, np.where(unstable, 0.32, 0.18)) * metres / np.sqrt(1 + 0.0004 * metres)
    up = np.where(
        stable,
        0.08 * metres / np.sqrt(1 + 0.0015 * metres),
        np.where(unstable, 0.24 * metres * np.sqrt(1 + 0.001 * metres), 0.16 * metres / np.sqrt(1 + 0.0003 * metres)),
    )
    return np.hypot(side, MEANDER * metres), np.minimum(up, 0.8 * layer)


def kernel(east: Array, north: Array, height: Array, wind: tuple[Array, Array], layer: Array) -> Array:
    """
    Concentration per emission at the ground; shape (I, T, S). [µg/m³ per g/s]

    Parameters
    ----------
    east, north : array (I, S)
        Stations as seen from the sites. [km]
    height : array (I,)
        Effective release height. [m]
    wind : pair of array (T,)
        Components of :func:`components`. [m/s]
    layer : array (T,)
        Mixing height. [m]

    Notes
    -----
    Steady Gaussian plume with reflection at the ground (Seinfeld & Pandis 2016, chapter 18); where the plume fills the
    layer it is mixed through it. Calm hours are NaN.
    """
    u, v = wind
    speed = np.hypot(u, v)
    along = (east[:, None, :] * u[None, :, None] + north[:, None, :] * v[None, :, None]) / speed[None, :, None]
    across = (east[:, None, :] * v[None, :, None] - north[:, None, :] * u[None, :, None]) / speed[None, :, None]
    reach = np.maximum(along, NEAREST)
    side, up = dispersion(reach, layer[None, :, None])
    shape = np.exp(-0.5 * (across * 1000 / side) ** 2) * np.exp(-0.5 * (height[:, None, None] / up) ** 2)
    value = 1e6 * shape / (np.pi * np.maximum(speed, 1.0)[None, :, None] * side * up)
    near = np.hypot(east, north)[:, None, :] < NEAREST
    return np.asarray(np.where((along > 0) | near, value, 0.0) + 0.0 * speed[None, :, None])
