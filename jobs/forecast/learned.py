"""The learned forecast of a city, kept for a day: learning takes minutes, answering a second."""

import logging
import os
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from data.store.reader import StoreReader
from jobs.forecast.inputs import Inputs
from jobs.forecast.tables import METHOD

if TYPE_CHECKING:
    from models.forecast import Forecaster

log = logging.getLogger("cleanair")
FOLDER = "forecast_models"
HOLDS = pd.Timedelta(hours=36)  # from the newest hour learned; renewed once a day


def fitted(store: StoreReader, inputs: Inputs, until: pd.Timestamp, seed: int) -> "Forecaster":
    """
    The kept model, where it was learned of the same things within the last day and a half; else a new one.

    Parameters
    ----------
    store : StoreReader
        In whose folder the model lies. Like everything there it is trusted: who can write there can run code here.
    inputs : Inputs
        Of the city.
    until : Timestamp
        A new one learns from what was over at this moment.
    seed : int
        Of the model.
    """
    from models.forecast import Forecaster

    about = _about(inputs, seed)
    file = store.folder / FOLDER / f"{inputs.city.key}.pickle"
    kept = _read(file)
    if kept and kept["about"] == about and inputs.issued - HOLDS <= kept["until"] <= until:
        model: Forecaster = kept["model"]
        model.season = inputs.season  # what is known of the days ahead changes while a model is kept
        return model
    made = Forecaster(seed=seed, zone=inputs.zone, season=inputs.season)
    made.fit(inputs.history, inputs.weather, inputs.cams, until=until)
    _write(file, {"about": about, "until": until, "model": made})
    return made


def _about(inputs: Inputs, seed: int) -> dict[str, Any]:
    """What a model must have been made from to be used again."""
    import sklearn

    return {
        "method": METHOD, "library": sklearn.__version__, "seed": seed, "weather": inputs.weather is not None,
        "cams": inputs.cams is not None, "parameters": sorted(inputs.history["parameter"].unique()),
        "simulated": inputs.simulated,
    }  # fmt: skip


def _read(file: Path) -> dict[str, Any] | None:
    try:
        with file.open("rb") as stream:
            kept = pickle.load(stream)
    except FileNotFoundError:
        return None
    except (OSError, pickle.UnpicklingError, EOFError, AttributeError, ImportError, ValueError, TypeError) as error:
        log.info("the kept forecast model of %s is learned anew: %s", file.stem, type(error).__name__)
        return None
    return kept if isinstance(kept, dict) and {"about", "until", "model"} <= set(kept) else None


def _write(file: Path, kept: dict[str, Any]) -> None:
    """Whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}")
    with draft.open("wb") as stream:
        pickle.dump(kept, stream, protocol=pickle.HIGHEST_PROTOCOL)
    draft.replace(file)
