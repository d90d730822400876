"""The README of a snapshot, in each of our languages."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from data.city import city as city_of
from data.words import Words, words
from jobs.export import request as export_request
from jobs.export.snapshot_facts import Facts
from sources.credit_words import said

LISTED = 20  # gaps named one by one


def readme(
    language: str, request: export_request.Request, facts: Facts, files: Mapping[str, tuple[int, str]], form: str
) -> str:
    """
    Text of the README.

    Parameters
    ----------
    language : str
        One of `data.city.LANGUAGES`.
    request, facts
        What was asked, and what is known of it.
    files : mapping
        Path in the zip → bytes and SHA-256.
    form : str
        ``csv``, ``parquet`` or ``xlsx``.

    Returns
    -------
    str
        Markdown.
    """
    w, plan = words("snapshot", language), facts.plan

    def say(key: str, **more: object) -> str:
        return w.say(f"snapshot.{key}", **more)

    name, moment = title(language, request), f"{request.as_of.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    zone = city_of(request.city).zone
    parts = [
        f"# {name}",
        say("simulated") if "simulated" in plan.kinds else "",
        say("intro", as_of=moment, release=facts.methods["release"]),
        say("period", start=_at(request.start, zone), end=_at(request.end, zone), zone=str(zone)),
        say("rows", rows=w.number(plan.rows), flagged=w.number(plan.flagged)),
        say("flags_ok") if request.flags == "ok" else "",
        say("units"),
        say("columns"),
        f"## {say('again')}\n\n    {command(request, form, facts.role)}",
        f"## {say('sources')}\n\n" + _table(
            [say(k) for k in ("source", "count", "licence", "credit")],
            ((r.source, w.number(r.rows), said(r.source, language).licence, said(r.source, language).text)
             for r in plan.sources.itertuples()),
        ),
        f"## {say('by_flag')}\n\n" + _table(
            [say(k) for k in ("source", "kind", "flag", "count")],
            ((r.source, r.kind, r.flag, w.number(r.rows)) for r in facts.by_flag.itertuples()),
        ),
        f"## {say('left_out')}\n\n" + (_table(
            [say(k) for k in ("source", "count", "why")],
            ((r.source or say("unnamed"), w.number(r.rows), r.why) for r in plan.left_out.itertuples()),
        ) if len(plan.left_out) else say("nothing_left_out")),
        f"## {say('gaps')}\n\n{_gaps(w, facts)}",
        f"## {say('limits')}\n\n" + _table(
            [say(k) for k in ("limit", "status")],
            ((f"{x['limit']} ({x['statistic']}): {w.level(x['value'])} {x['unit']} · {x['act']}",
              say("indicative" if x["indicative"] else "verified")) for x in facts.limits),
        ),
        f"## {say('methods')}\n\n" + "\n".join(f"- {k}: {_plain(v)}" for k, v in facts.methods.items()),
        f"## {say('files')}\n\n"
        + _table([say("file"), "bytes", "SHA-256"], ((p, b, d) for p, (b, d) in files.items())),
        say("cite", centre=say("centre"), title=name, as_of=moment, sha=next(iter(files.values()))[1]),
    ]  # fmt: skip
    return "\n\n".join(part for part in parts if part) + "\n"


def title(language: str, request: export_request.Request) -> str:
    """Name of a snapshot, as it is cited."""
    city, w = city_of(request.city), words("snapshot", language)
    last = request.end - timedelta(microseconds=1)
    first, end = (f"{t.astimezone(city.zone):%Y-%m-%d}" for t in (request.start, last))
    return w.say("snapshot.title", city=city.name(language), first=first, last=end)


def command(request: export_request.Request, form: str, role: str) -> str:
    """The shell command that makes the same snapshot."""
    words = ["cleanair snapshot", f"--city {request.city}", f"--from {request.start.isoformat()}",
             f"--to {request.end.isoformat()}", f"--as-of {request.as_of.isoformat()}"]  # fmt: skip
    if request.parameters:
        words.append(f"--parameters {','.join(request.parameters)}")
    words += [f"--flags {request.flags}", f"--format {form}"]
    words += [f"--{name}" for name in ("excel", "bom") if getattr(request, name)]
    return " ".join([*words, *([f"--role {role}"] if role != "public" else []), "--out DIR"])


def _gaps(w: Words, facts: Facts) -> str:
    if not len(facts.gaps):
        return w.say("snapshot.no_gaps")
    listed = facts.gaps.head(LISTED)
    table = _table(
        [w.say(f"snapshot.{k}") for k in ("source", "from", "to", "hours")],
        ((g.source, f"{g.start:%Y-%m-%d %H:%M}", f"{g.end:%Y-%m-%d %H:%M}", w.number(g.hours, 1))
         for g in listed.itertuples()),
    )  # fmt: skip
    more = len(facts.gaps) - len(listed)
    return table + (f"\n\n{w.say('snapshot.more_gaps', n=w.number(more))}" if more else "")


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(c).replace("|", "\\|") for c in line) + " |" for line in lines)


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _at(moment: datetime, zone: object) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M %z}"  # type: ignore[arg-type]
