"""What can go wrong with the store, and who must act."""

from data.errors import CentreError


class StoreError(CentreError, RuntimeError):
    """The store cannot be read or written; the operator of this machine must act."""

    status = 503


class StoreBusy(StoreError):
    """Another process is writing; try again, or stop that process."""

    who = "nobody"
