"""Who somebody is here: what an identity provider says of a person, mapped to a role and an organisation."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from data.errors import CentreError
from data.sharing import PUBLIC, ROLES, Reader

VARIABLE = "CLEANAIR_MEMBERS"
DOMAIN = "email_domain"  # not a claim: the part of a verified e-mail address behind the @
LONGEST = 80  # of a name that is shown [characters]


class MembersError(CentreError, ValueError):
    """The file that maps claims to roles is wrong; the administrator who wrote it must mend it."""

    status = 503


@dataclass(frozen=True)
class Member:
    """
    One row of the file: whoever fits has its role.

    Attributes
    ----------
    organisation : str
        Name of the organisation.
    role : str
        One of `data.sharing.ROLES`.
    when : mapping of str to tuple of str
        Claim → values of which one must be there; every claim must fit. A dot goes into a claim (``realm.roles``).
    issuer : str
        The provider that must have said it; any configured one where empty.
    """

    organisation: str
    role: str
    when: Mapping[str, tuple[str, ...]]
    issuer: str = ""

    def fits(self, claims: Mapping[str, Any]) -> bool:
        """Whether claims are of a member of this row."""
        if self.issuer and str(claims.get("iss", "")).rstrip("/") != self.issuer.rstrip("/"):
            return False
        return all(set(wanted) & _said(claims, name) for name, wanted in self.when.items())


def role_of(claims: Mapping[str, Any], members: tuple[Member, ...]) -> Reader:
    """
    The reader that claims stand for.

    Parameters
    ----------
    claims : mapping
        Of an ID token or access token whose signature, issuer, audience and times were checked before.
    members : tuple of Member
        Rows in their order; the first that fits holds.

    Returns
    -------
    Reader
        Who fits no row is the public, with a name.

    Examples
    --------
    >>> rows = (Member("Institute", "member", {"groups": ("air",)}),)
    >>> role_of({"sub": "7", "name": "A. B.", "groups": ["air", "staff"]}, rows)
    Reader(role='member', name='A. B.', organisation='Institute')
    >>> role_of({"sub": "7", "groups": "airport"}, rows).role
    'public'
    """
    found = next((m for m in members if m.fits(claims)), None)
    name = " ".join(str(claims.get("name") or claims.get("preferred_username") or claims.get("sub") or "").split())
    if found is None:
        return Reader(PUBLIC.role, name[:LONGEST])
    return Reader(found.role, name[:LONGEST], found.organisation)


def members() -> tuple[Member, ...]:
    """
    The rows of the file that `CLEANAIR_MEMBERS` names; none without it.

    Raises
    ------
    MembersError
        When the file cannot be read or a row is wrong; names the row.
    """
    named = os.environ.get(VARIABLE, "").strip()
    if not named:
        return ()
    path = Path(named)
    try:
        return _read(path, path.stat().st_mtime_ns)
    except OSError as error:
        raise MembersError(
            "jobs.member.unreadable", parameter=VARIABLE, file=path, cause=error.strerror, variable=VARIABLE
        ) from error


@cache
def _read(path: Path, stamp: int) -> tuple[Member, ...]:
    try:
        rows = tomllib.loads(path.read_text("utf-8")).get("member", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MembersError("jobs.member.no_toml", file=path, cause=error) from error
    return tuple(_member({"file": path, "number": number}, row) for number, row in enumerate(rows, 1))


def _member(at: Mapping[str, Any], row: Mapping[str, Any]) -> Member:
    unknown = set(row) - {"organisation", "role", "when", "issuer"}
    if unknown:
        first = sorted(unknown)[0]
        raise MembersError("jobs.member.field", parameter=first, name=first, **at)
    if not row.get("organisation") or row.get("role") not in ROLES:
        wrong = "role" if row.get("organisation") else "organisation"
        raise MembersError("jobs.member.needed", parameter=wrong, known=ROLES, **at)
    when = row.get("when")
    if not isinstance(when, dict) or not when:
        raise MembersError("jobs.member.when", parameter="when", **at)
    wanted = {str(k): tuple(map(str, v)) if isinstance(v, list) else (str(v),) for k, v in when.items()}
    return Member(str(row["organisation"]), str(row["role"]), wanted, str(row.get("issuer", "")))


def _said(claims: Mapping[str, Any], name: str) -> set[str]:
    """Values of a claim; an e-mail address that the provider did not verify says nothing."""
    if name in ("email", DOMAIN):
        address = str(claims.get("email", "")).strip().casefold() if claims.get("email_verified") is True else ""
        return {address.rpartition("@")[2] if name == DOMAIN else address} - {""}
    value: Any = claims.get(name)
    if value is None and "." in name:
        value = claims
        for part in name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
    if isinstance(value, list | tuple):
        return {str(v) for v in value}
    return set() if value is None or isinstance(value, Mapping) else {str(value)}
