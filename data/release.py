"""Which release of this program runs."""

from functools import cache
from importlib.metadata import PackageNotFoundError, version

PACKAGE = "clean-air-situation-centre"
NONE = "unreleased"  # run from a checkout that was never installed


@cache
def release() -> str:
    """
    Number of the installed release, as snapshots, briefs, the API and requests to networks name it.

    Returns
    -------
    str
        From the package's metadata; `NONE` where it is not installed.
    """
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return NONE
