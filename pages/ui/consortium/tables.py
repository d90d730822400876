"""Tables of the consortium page: members, rules of exchange, what was sent and received, acts, promises, programmes."""

from collections import Counter
from collections.abc import Mapping
from zoneinfo import ZoneInfo

import pandas as pd

from data.city import City, city_files
from data.consortium import register
from data.sharing import EVERY, EXACT, NOBODY, Rule, rules
from data.store import served
from jobs.access import tokens
from jobs.export import publish
from pages.ui.city import tables as city_tables
from pages.ui.feeds import tables as feed
from pages.ui.feeds.words import moment
from pages.ui.reader import language
from pages.ui.reader.language import number, t

UTC = ZoneInfo("UTC")


def said(names: Mapping[str, str]) -> str:
    """A name in the reader's language."""
    return names[language.language()]


def members() -> pd.DataFrame:
    """Members with what is known of their joining."""
    called = {one.key: said(one.names) for one in register.members()}
    return pd.DataFrame(
        [
            {
                t("consortium.name"): called[one.key],
                t("consortium.kind"): t(f"consortium.kinds.{one.kind}"),
                t("consortium.country"): t(f"consortium.countries.{one.country}"),
                t("consortium.joined"): t("consortium.unknown") if one.joined == register.UNKNOWN else one.joined,
                t("consortium.ask"): called.get(one.ask, t("consortium.unknown")),
                t("consortium.asked"): one.asked or t("consortium.not_asked"),
                t("consortium.read"): t(f"consortium.how.{one.read}"),
                t("consortium.source"): one.source,
                t("consortium.address"): one.address,
            }
            for one in register.members()
        ]
    )


def exchange() -> pd.DataFrame:
    """Rules of sharing in words, in their order: the first that fits a source holds."""
    return pd.DataFrame([_rule(one) for one in rules()])


def _rule(one: Rule) -> dict[str, str]:
    exact = t("consortium.exact")
    return {
        t("consortium.data_of"): t("consortium.every") if one.source == EVERY else one.source,
        t("consortium.country"): t("consortium.every") if one.country == EVERY else one.country,
        t("consortium.see"): _who(one.see),
        t("consortium.take"): _who(one.download),
        t("consortium.derive"): t("consortium.yes") if one.derive else t("consortium.no"),
        t("consortium.delay"): t("consortium.minutes", n=one.delay) if one.delay else t("consortium.at_once"),
        t("consortium.places"): exact if one.decimals == EXACT else t("consortium.decimals", n=one.decimals),
        t("consortium.withheld"): ", ".join(t(f"quantity.parameter.{p}") for p in one.withhold) or language.MISSING,
        t("consortium.status"): t(f"consortium.statuses.{one.status}"),
        t("consortium.basis"): one.basis,
    }


def _who(role: str) -> str:
    return t("consortium.nobody") if role == NOBODY else t("consortium.from_role", role=t(f"alarms.sign.role.{role}"))


def sent() -> pd.DataFrame:
    """Published snapshots, the newest first, with their address."""
    rows, places = publish.register(city_tables.store()), city_files()
    return pd.DataFrame([_sent(row, places.get(str(row["city"]))) for row in rows.to_dict("records")])


def _sent(row: Mapping[object, object], place: City | None) -> dict[str, str]:
    zone = place.zone if place else UTC
    return {
        t("consortium.when"): moment(row["published_at"], zone),
        t("frame.city"): place.name(language.language()) if place else str(row["city"]),
        t("consortium.first"): moment(row["from"], zone),
        t("consortium.end"): moment(row["to"], zone),
        t("consortium.rows"): number(float(str(row["rows"]))),
        t("consortium.form"): str(row["format"]),
        t("consortium.checksum"): str(row["sha256"]),
        t("consortium.address"): f"/api/v1/snapshots/{row['id']}.zip",
    }


def received() -> pd.DataFrame:
    """Networks and imported files with when they last delivered, by city."""
    places = city_files()
    return pd.DataFrame([_received(row, places.get(str(row["city"]))) for _, row in feed.feeds().iterrows()])


def _received(row: pd.Series, place: City | None) -> dict[str, str]:
    zone = place.zone if place else UTC
    return {
        t("consortium.data_of"): str(row["source"]),
        t("frame.city"): place.name(language.language()) if place else str(row["city"]),
        t("consortium.state"): t(f"feeds.states.{row['state']}"),
        t("consortium.heard"): moment(row["succeeded"], zone),
        t("consortium.newest"): moment(row["newest"], zone),
        t("consortium.first_of"): moment(row["first"], zone),
        t("consortium.rows"): number(row["kept"]),
        t("consortium.rejected"): number(row["rejected"]),
    }


def bearers() -> str:
    """How many tokens of the API hold now, by role; a sentence, without names."""
    now = city_tables.now()
    held = [one for one in tokens.listed(served.real_store()) if not one["revoked"] and one["expires"] > now]
    count = Counter(one["role"] for one in held)
    by_role = ", ".join(f"{t(f'alarms.sign.role.{role}')}: {count[role]}" for role in sorted(count))
    return t("consortium.tokens", n=len(held), roles=by_role or language.MISSING)


def acts() -> pd.DataFrame:
    """Acts of the members and the declaration, from the register of acts."""
    return pd.DataFrame(
        [
            {
                t("consortium.name"): said(one.names),
                t("consortium.number"): one.number,
                t("consortium.date"): one.date,
                t("consortium.since"): t("consortium.unknown") if one.start == register.UNKNOWN else one.start,
                t("consortium.until"): one.end or language.MISSING,
                t("consortium.read"): t(f"consortium.how.{one.read}"),
                t("consortium.address"): one.address,
            }
            for one in register.acts()
        ]
    )


def promises() -> pd.DataFrame:
    """What was promised, and what the centre does for it."""
    return pd.DataFrame(
        [
            {
                t("consortium.state"): t(f"consortium.states.{one.state}"),
                t("consortium.promise"): said(one.names),
                t("consortium.does"): said(one.what),
                t("consortium.where"): ", ".join(_place(where) for where in one.where) or language.MISSING,
                t("consortium.article"): one.article,
                t("consortium.note"): one.note,
            }
            for one in register.promises()
        ]
    )


def _place(where: str) -> str:
    """Title of a page, or a document's name."""
    return where if where.startswith("docs/") else t(f"frame.page.{where}")


def programmes() -> pd.DataFrame:
    """Programmes of the members with their targets, as far as they are known."""
    return pd.DataFrame(
        [
            {
                t("consortium.name"): said(one.names),
                t("consortium.kind"): t(f"consortium.programme.{one.kind}"),
                t("consortium.country"): ", ".join(t(f"consortium.countries.{c}") for c in one.countries),
                t("consortium.status"): t(f"consortium.programme_state.{one.status}"),
                t("consortium.target"): f"{one.figure} {one.unit}".strip() or language.MISSING,
                t("consortium.since"): t("consortium.unknown") if one.start == register.UNKNOWN else one.start,
                t("consortium.until"): t("consortium.unknown") if one.end == register.UNKNOWN else one.end,
                t("consortium.read"): t(f"consortium.how.{one.read}"),
                t("consortium.source"): one.source,
                t("consortium.address"): one.address,
                t("consortium.note"): one.note,
            }
            for one in register.programmes()
        ]
    )
