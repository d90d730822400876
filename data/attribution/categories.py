"""The categories of sources that an attribution divides PM2.5 among; every renderer reads them here."""

from typing import Final

CATEGORIES: Final = ("heating", "traffic", "industry", "dust", "regional", "fire")
UNDETERMINED: Final = "undetermined"
EVERY: Final = (*CATEGORIES, UNDETERMINED)
