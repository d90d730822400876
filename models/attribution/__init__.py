"""Source attribution: which sources made the PM2.5 of an hour, how much each, and how sure that is."""

from models.attribution.estimator import InputError, SourceAttributor
from models.attribution.tables import CATEGORIES, UNDETERMINED

__all__ = ["CATEGORIES", "UNDETERMINED", "InputError", "SourceAttributor"]
