"""A minute of what a wall must stand for weeks; `make endurance` is the long form."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import endurance
from tests.browser.trial import on_trial
from tests.browser.wire import SILENT

pytestmark = pytest.mark.browser
PATIENT = 30.0  # s; other tests share the machine, the long form asks for ten


def test_a_wall_survives_a_restart_a_cut_and_an_alarm_without_a_lie(tmp_path: Path, browser: Browser) -> None:
    with on_trial(browser, tmp_path) as trial:
        trial.within = PATIENT
        trial.restart("server restarted", 10)
        trial.cut("cable pulled", SILENT, 10)
        endurance.alarm(trial)
        trial.sample()
        assert trial.failures == []
        assert list(dict.fromkeys(trial.screen.lies)) == []
        assert trial.screen.cycles > 10


def test_growth_is_that_of_medians() -> None:
    assert endurance.growth([{"rss": v} for v in (10.0, 10.0, 99.0, 10.0, 11.0, 11.0)], "rss") == pytest.approx(0.1)
