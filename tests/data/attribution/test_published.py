"""The published studies: each address opens, and what was not read is said to be so and enters no figure."""

import pandas as pd
import pytest

from data.attribution import published, published_prior
from data.inventory.reviews import opens

FOLDER = published.HERE


@pytest.mark.parametrize("name", ["studies.csv", "unread.csv"])
def test_an_address_opens_or_is_left_out(name: str) -> None:
    urls = pd.read_csv(FOLDER / name, keep_default_na=False)["url"]
    assert [url for url in urls if url and not opens(url)] == []


def test_what_was_not_read_is_named_and_brings_no_share() -> None:
    unread = published.unread("astana")
    assert any("BR10965258" in study for study in unread["study"])
    assert "Clean Air and Cool Planet" in " ".join(unread["study"])
    assert published_prior(51.15, 71.44) is None
    assert not set(unread["study"]) & set(published.studies("astana")["study"])
    assert len(published.unread("dushanbe")) == 0


def test_the_dust_of_the_world_bank_is_told_in_both_readings() -> None:
    dust = published.studies("tashkent").query("part == 'dust' and study == 'World Bank'")
    assert dust["status"].tolist() == ["two_readings"]
    assert published_prior(41.31, 69.28)["share"].sum() == pytest.approx(1)
