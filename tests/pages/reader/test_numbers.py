"""Numbers as they are read: no minus before nothing, noise below zero as zero."""

import pytest

from data.words import words
from pages.ui.reader import language


@pytest.mark.parametrize(("value", "decimals", "written"), [(-0.3, 0, "0"), (-3.2, 1, "0.0"), (7.46, 1, "7.5")])
def test_a_concentration_below_zero_is_written_zero(value, decimals, written):
    assert language.level(value, decimals) == written


def test_a_concentration_that_is_missing_is_no_zero():
    assert language.level(None) == language.level(float("nan")) == language.MISSING


def test_other_numbers_keep_their_sign():
    assert (language.number(-3.2, 1), language.number(-0.04, 1)) == ("−3.2", "0.0")


def test_a_sheet_writes_the_same():
    assert (words("brief", "en").level(-1.4), words("brief", "en").number(-1.4, 1)) == ("0", "−1.4")
