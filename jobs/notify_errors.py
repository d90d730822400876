"""The two ways a notification can fail."""

from datetime import timedelta


class Later(RuntimeError):
    """The channel does not work just now; it is tried again by itself, not before `wait`."""

    def __init__(self, message: str, wait: timedelta = timedelta(0)) -> None:
        super().__init__(message)
        self.wait = wait


class Stop(RuntimeError):
    """No repetition will mend it; the sentence says who must act."""
