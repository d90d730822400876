"""What stands on the wall: the browser ages a value by the rule that the pages and the alarms follow."""

from datetime import UTC, datetime

import pytest

from models.stations.freshness import amber_after, grey_after
from pages.ui.wall.frame import age

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(("minutes", "amber", "grey"), [(0, 180, 360), (60, 180, 360), (1440, 2880, 5760)])
def test_the_browser_gets_the_rules_minutes(minutes: int, amber: int, grey: int) -> None:
    assert age(NOON, minutes) == f'data-end="1767268800000" data-amber="{amber}" data-grey="{grey}"'
    assert (amber, grey) == (60 * amber_after(minutes), 60 * grey_after(minutes))
