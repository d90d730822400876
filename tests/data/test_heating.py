"""The file of heating seasons: every row complete, and a wrong one refused by name."""

from datetime import date
from pathlib import Path

import pytest

from data import heating
from data.city import CityError, city, city_files

HEAD = ",".join(heating.COLUMNS)


def written(folder: Path, *rows: str) -> Path:
    path = folder / heating.FILE
    path.write_text("\n".join([HEAD, *rows]), "utf-8")
    return path


def test_every_row_is_of_a_city_and_opens() -> None:
    found = heating.seasons(Path(heating.__file__).parent / "cities" / heating.FILE)
    assert set(found) <= set(city_files())
    assert {"astana", "tashkent"} <= set(found)
    assert all(row.address.startswith("http") for rows in found.values() for row in rows)
    assert all("not asked" in row.note or (row.start and row.end) or "not found" in row.note
               for rows in found.values() for row in rows)  # fmt: skip
    assert city("astana").heating.below == 10.0
    assert city("tashkent").heating.below == 8.0


def test_unknown_is_a_fact(tmp_path: Path) -> None:
    path = written(tmp_path, "x,2023,unknown,2024-03-26,secondary,s,http://a,n")
    (row,) = heating.seasons(path)["x"]
    assert (row.start, row.end) == (None, date(2024, 3, 26))
    assert heating.seasons(tmp_path / "none.csv") == {}


@pytest.mark.parametrize(
    "row",
    [
        "x,2023,unknown,unknown,secondary,s,http://a,",
        "x,2023,2024-04-01,2023-11-01,secondary,s,http://a,",
        "x,2023,2019-11-01,unknown,secondary,s,http://a,",
        "x,2023,2023-11-01,unknown,sure,s,http://a,",
        "x,2023,2023-11-01,unknown,secondary,,http://a,",
        "x,2023,soon,unknown,secondary,s,http://a,",
    ],
)
def test_a_wrong_row_is_refused_with_its_line(tmp_path: Path, row: str) -> None:
    with pytest.raises(ValueError, match="line 2"):
        heating.seasons(written(tmp_path, row))


def test_a_city_folder_with_a_wrong_file_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = Path(heating.__file__).parent / "cities"
    (tmp_path / "astana.toml").write_text((shipped / "astana.toml").read_text("utf-8"), "utf-8")
    monkeypatch.setenv("CLEANAIR_CITIES", str(tmp_path))
    assert city("astana").heating.seasons == ()
    written(tmp_path, "astana,2023,soon,unknown,secondary,s,http://a,")
    with pytest.raises(CityError, match=heating.FILE):
        city("astana")
