"""СИ, НП and ИЗА5 of Astana 2022–2025 from the real files, beside the published ИЗА5 of 2024."""

import json
import os
import tempfile
import time
from datetime import datetime
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

from data.city import city
from data.store import open_store
from jobs.ingest import files
from models.indices.kz_indices import CLASS_OF_PARTICLES, EXPONENTS, monthly, yearly

FILES = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "airdata-kz" / "astana"
OUT = Path(__file__).parent / "results" / "kz_indices.json"
YEARS = range(2022, 2026)
FLAGS = {"sound rows only": ("ok",), "as delivered": ("ok", "suspect", "invalid")}
COLUMNS = ["source", "station", "parameter", "start", "minutes", "value", "flag", "statistic", "kind", "city"]

# ranking.kz on Astana in 2024: the index, and the two yearly means in daily limits that it names.
PUBLISHED = {"year": 2024, "iza5": 11, "o3": 3.2, "pm25": 1.8}


def imported(folder):
    store = open_store(Path(folder) / "store")
    done = files.run(sorted(FILES.glob("*.csv.gz")), "airdata-kz", "astana", store)
    print(f"imported {done['stored']} of {done['read']} rows, flagged {done['flagged']}")
    return store


def tables(store):
    astana = city("astana")
    start, end = (datetime(year, 1, 1, tzinfo=astana.zone) for year in (YEARS[0], YEARS[-1] + 1))
    rows = store.measurements("astana", None, start, end, columns=COLUMNS)
    asked = {"zone": str(astana.zone), "stations": store.stations("astana")}
    for name, flags in FLAGS.items():
        yield name, "monthly", monthly(rows, start, end, flags=flags, **asked)
        for exponents in EXPONENTS:
            for share in (0.75, 0.5):
                made = yearly(rows, start, end, flags=flags, exponents=exponents, min_coverage=share, **asked)
                yield name, f"yearly, {exponents}, stations with {share:.0%} of the year", made


def explained(ours):
    """What the published means of ozone and fine dust alone would add, per set of exponents."""
    for name, powers in EXPONENTS.items():
        named = PUBLISHED["o3"] ** powers[1] + PUBLISHED["pm25"] ** powers[CLASS_OF_PARTICLES]
        terms = (term.split("=") for term in ours[name].split())
        rest = sorted((float(value) for parameter, value in terms if parameter not in ("o3", "pm25")), reverse=True)
        yield name, named, named + sum(rest[:3])


def main():
    if not FILES.is_dir():
        print("the folder ../shared/data/airdata-kz is not on this machine; nothing to measure")
        return
    begun, figures, ours = time.perf_counter(), {}, {}
    with tempfile.TemporaryDirectory() as folder:
        for flags, what, table in tables(imported(folder)):
            print(f"\n{flags}: {what}\n{table.drop(columns=['computed_by_us', 'indicative']).round(2).to_string()}")
            figures[f"{flags}: {what}"] = json.loads(table.to_json(orient="records"))
            if what.startswith("yearly") and "75%" in what and flags == "sound rows only":
                year = table[table["year"] == PUBLISHED["year"]].iloc[0]
                ours[year["exponents"]] = year["parts"]
    print(
        f"\npublished for {PUBLISHED['year']}: {PUBLISHED['iza5']}; its ozone and fine dust with our other three terms:"
    )
    for name, named, total in explained(ours):
        print(f"  {name}: {named:.1f} from ozone and fine dust alone, {total:.1f} in all")
        figures[f"published means, {name}"] = {"two terms": named, "with our next three": total}
    figures["seconds"] = round(time.perf_counter() - begun, 1)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(figures, indent=1, ensure_ascii=False), "utf-8")


if __name__ == "__main__":
    main()
