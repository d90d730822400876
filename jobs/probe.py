"""What each network needs and whether it answers: for `cleanair doctor`."""

import threading
from dataclasses import dataclass

from data.city import city
from sources import SOURCES


@dataclass(frozen=True)
class Probe:
    """What a network needs and whether it answers."""

    network: str
    city: str
    configured: bool
    reachable: bool
    sentence: str


def probe(key: str) -> list[Probe]:
    """
    What each network of a city needs and whether it answers now.

    Parameters
    ----------
    key : str
        City.

    Returns
    -------
    list of Probe
        One per network of the city file.
    """
    place = city(key)
    found: dict[str, Probe] = {}
    threads = [
        threading.Thread(target=lambda n=n: found.__setitem__(n, _probe(n, key)), daemon=True)
        for n in SOURCES
        if n in place.networks
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(15.0)
    return [found[n] for n in SOURCES if n in found]


def _probe(network: str, key: str) -> Probe:
    source = SOURCES[network]()
    missing, answers = source.missing(), source.reachable()
    sentence = missing or ("ready" if answers else f"{network} does not answer; check the network connection")
    return Probe(network, key, not missing, answers, sentence)
