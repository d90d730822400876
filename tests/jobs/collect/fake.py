"""What the made-up networks of the tests of collection have in common."""

from datetime import timedelta

from sources.base import Credit, Quota
from sources.network import Network


class FakeNetwork(Network):
    """A keyless network that publishes every half hour; a test says what it answers."""

    name = "fake"
    host = "https://fake.invalid"
    credit = Credit("Fake", "https://fake.invalid", "CC0 1.0", True)
    every = timedelta(minutes=30)
    revises = timedelta(hours=2)
    quota = Quota(1000, timedelta(seconds=1))
