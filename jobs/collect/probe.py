"""What each network needs and whether it answers now, for an examination of the installation."""

import threading
from dataclasses import dataclass

from data.city import City, city
from sources import SOURCES

PATIENCE = 15.0  # [s]


@dataclass(frozen=True)
class Probe:
    """
    One network of one city.

    Attributes
    ----------
    configured, reachable : bool
        Whether it has what it needs, and whether its host answers.
    found : str
        The same as a sentence.
    """

    network: str
    city: str
    configured: bool
    reachable: bool
    found: str

    @property
    def ok(self) -> bool:
        """Whether it can be collected now."""
        return self.configured and self.reachable


def probe(place: City | str) -> list[Probe]:
    """
    Ask every network of a city whether it is there, all at once.

    Parameters
    ----------
    place : City or str
        City or its key.

    Returns
    -------
    list of Probe
        One per network of the city file that is collected live.
    """
    where = city(place) if isinstance(place, str) else place
    named = [n for n in SOURCES if n in where.networks]
    found = {n: Probe(n, where.key, not SOURCES[n]().missing(), False, f"{n} does not answer") for n in named}
    threads = [threading.Thread(target=_probe, args=(n, where.key, found), daemon=True) for n in named]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return list(found.values())


def _probe(network: str, key: str, found: dict[str, Probe]) -> None:
    source = SOURCES[network]()
    missing, answers = source.missing(), source.reachable()
    silent = "does not answer; check this machine's connection"
    found[network] = Probe(network, key, not missing, answers, str(missing or "") or ("answers" if answers else silent))
