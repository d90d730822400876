"""Bearer tokens of the API: issued once, kept as a digest, with a scope and an end, revoked by a later row."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import pandas as pd

from data.errors import CentreError
from data.sharing import ROLES, Purpose, Reader
from data.store import Store

TABLE = "tokens"
PREFIX = "ca"  # so that a secret that was committed somewhere is known for what it is
BYTES = 32  # of chance in a secret: 256 bit, so that one round of SHA-256 suffices (there is nothing to guess)
LONGEST = timedelta(days=366)
PURPOSES: tuple[Purpose, ...] = ("see", "download")
ISSUED, REVOKED = "issued", "revoked"
COLUMNS: Mapping[str, str] = {
    "id": "public half of the token",
    "at": "when the row was written",
    "action": "issued or revoked",
    "name": "of the person or program that bears it",
    "organisation": "of the bearer",
    "role": "public, member, operator or admin",
    "purposes": "comma-separated: see, download",
    "expires": "end of validity",
    "digest": "SHA-256 of the secret half",
    "by": "who issued or revoked",
}


class TokenError(CentreError, ValueError):
    """A token was asked for in a way that cannot be granted; the person who asked must change it."""

    who = "asker"
    status = 400


class NotValid(CentreError):
    """Somebody bears a token that does not hold; the sentence says why, and never repeats it."""

    who = "asker"
    status = 401


@dataclass(frozen=True)
class Grant:
    """What the bearer of a token may do, and until when."""

    reader: Reader
    purposes: tuple[Purpose, ...] = PURPOSES
    expires: datetime | None = None
    id: str = ""


def issue(
    store: Store,
    *,
    name: str,
    role: str,
    organisation: str,
    lives: timedelta,
    by: str,
    now: datetime,
    purposes: tuple[Purpose, ...] = PURPOSES,
) -> str:
    """
    A new token.

    Parameters
    ----------
    store : Store
        Keeps the digest.
    name, organisation : str
        Who bears it.
    role : str
        One of `data.sharing.ROLES`.
    lives : timedelta
        Until it ends; a year at most.
    by : str
        Who issues it.
    now : datetime
        Aware; the machine's own time, also in a replay.
    purposes : tuple
        Of ``see`` and ``download``.

    Returns
    -------
    str
        The token itself. It is shown this once and kept nowhere.

    Raises
    ------
    TokenError
        When name, role, purposes or length of life cannot be granted.
    """
    if role not in ROLES:
        raise TokenError("data.sharing.role", parameter="role", role=role[:40], known=ROLES)
    if not name.strip() or not organisation.strip():
        raise TokenError("jobs.token.no_name", parameter="organisation" if name.strip() else "name")
    if not purposes or set(purposes) - set(PURPOSES):
        raise TokenError("jobs.token.purposes", parameter="purposes", known=PURPOSES)
    if not timedelta(0) < lives <= LONGEST:
        raise TokenError("jobs.token.lives", parameter="lives", most=LONGEST.days)
    public, secret = secrets.token_hex(8), secrets.token_urlsafe(BYTES)
    _add(store, now, id=public, action=ISSUED, name=name.strip(), organisation=organisation.strip(), role=role,
         purposes=",".join(purposes), expires=pd.Timestamp(now + lives), digest=_digest(secret), by=by)  # fmt: skip
    return f"{PREFIX}_{public}_{secret}"


def check(store: Store, token: str, now: datetime) -> Grant:
    """
    What the bearer of a token may do.

    Parameters
    ----------
    store : Store
        Where it was issued.
    token : str
        As it was printed.
    now : datetime
        Aware; the machine's own time.

    Returns
    -------
    Grant
        Its reader and purposes.

    Raises
    ------
    NotValid
        When it was never issued here, was revoked or has ended.
    """
    prefix, _, rest = token.partition("_")
    public, _, secret = rest.partition("_")
    row = _standing(store).get(public, {}) if prefix == PREFIX else {}
    # An unknown id costs the same comparison as a known one.
    right = hmac.compare_digest(_digest(secret), str(row.get("digest", "")).rjust(64, "0"))
    if not row or not right:
        raise NotValid("jobs.token.not_issued")
    if row["revoked"]:
        raise NotValid("jobs.token.revoked")
    if pd.Timestamp(now) >= row["expires"]:
        raise NotValid("jobs.token.expired")
    purposes: tuple[Purpose, ...] = tuple(p for p in PURPOSES if p in str(row["purposes"]).split(","))
    reader = Reader(str(row["role"]), str(row["name"]), str(row["organisation"]))
    return Grant(reader, purposes, row["expires"].to_pydatetime(), public)


def revoke(store: Store, public: str, *, by: str, now: datetime) -> None:
    """
    End a token at once.

    Raises
    ------
    TokenError
        When no token of this id was issued.
    """
    row = _standing(store).get(public)
    if row is None:
        raise TokenError("jobs.token.unknown", parameter="id", name=public[:40])
    if not row["revoked"]:
        kept = {name: row[name] for name in ("id", "name", "organisation", "role", "purposes", "expires")}
        _add(store, now, **kept, action=REVOKED, digest="", by=by)


def listed(store: Store) -> list[dict[str, Any]]:
    """Every token ever issued, the newest first, without its digest."""
    rows = sorted(_standing(store).values(), key=lambda r: r["at"], reverse=True)
    return [{k: v for k, v in row.items() if k not in ("digest", "action")} for row in rows]


def _add(store: Store, now: datetime, **row: Any) -> None:
    table = pd.DataFrame([{**row, "at": pd.Timestamp(now)}])[list(COLUMNS)]
    for name in ("at", "expires"):
        table[name] = pd.to_datetime(table[name], utc=True).astype("datetime64[us, UTC]")
    store.extend(TABLE, table)


def _standing(store: Store) -> Mapping[str, Mapping[str, Any]]:
    return _read(store, store.version(TABLE))


@lru_cache(maxsize=4)
def _read(store: Store, version: str) -> Mapping[str, Mapping[str, Any]]:
    """Tokens by id, each with whether it was revoked; read again when a row was added."""
    found: dict[str, dict[str, Any]] = {}
    for row in store.table(TABLE).to_dict("records"):
        if row["action"] == ISSUED:
            found[row["id"]] = {**row, "revoked": False}
    for row in store.table(TABLE).to_dict("records"):
        if row["action"] == REVOKED and row["id"] in found:
            found[row["id"]]["revoked"] = True
    return found


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
