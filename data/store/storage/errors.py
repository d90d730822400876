"""What can go wrong with the store, and who must act."""


class StoreError(RuntimeError):
    """The store cannot be read or written; the operator of this machine must act."""


class StoreBusy(StoreError):
    """Another process is writing; try again, or stop that process."""
