"""What may be wrong with a file of shapes."""

from data.errors import CentreError


class BasemapError(CentreError, ValueError):
    """The file of shapes cannot be used; the person who named it must give another."""

    who, status = "asker", 400
