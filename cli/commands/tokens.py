"""Commands about bearer tokens of the API: issue one, list them, revoke one."""

import getpass
from datetime import timedelta

from cli.commands import Arguments, Command, Parser, Result
from data import clock
from data.sharing import ROLES
from data.store import open_store
from data.store.served import real_store
from jobs.arguments import ArgumentError


def _token(parser: Parser) -> None:
    parser.add_argument("action", choices=("issue", "list", "revoke"))
    parser.add_argument("id", nargs="?", default="", help="of the token to revoke: the part between the underscores")
    parser.add_argument("--name", default="", help="who bears it: a person or a program")
    parser.add_argument("--organisation", default="")
    parser.add_argument("--role", choices=ROLES, default="member")
    parser.add_argument("--purposes", default="see,download", help="comma-separated: see, download")
    parser.add_argument("--days", type=int, default=90, help="how long it holds, a year at most")
    parser.add_argument("--by", default="", help="who issues or revokes; stands in the log")


def token(a: Arguments) -> Result:
    """Issue, list or revoke bearer tokens; a token is printed once and kept nowhere."""
    from jobs.access import tokens

    store = open_store(a.store) if a.store else real_store()
    by, now = a.by or getpass.getuser(), clock.machine()
    try:
        if a.action == "issue":
            wanted = tuple(p.strip() for p in a.purposes.split(",") if p.strip())
            made = tokens.issue(store, name=a.name, role=a.role, organisation=a.organisation, by=by, now=now,
                                lives=timedelta(days=a.days), purposes=wanted)  # type: ignore[arg-type]  # fmt: skip
            print(made)
            print("Keep it now: it is shown this once. Send it as `Authorization: Bearer …`.")
            return {"id": made.split("_")[1]}
        if a.action == "revoke":
            tokens.revoke(store, a.id, by=by, now=now)
            print(f"{a.id} is revoked")
            return {"id": a.id}
    except tokens.TokenError as error:
        raise ArgumentError("token", "cli.tokens.refused", cause=error) from error
    rows = [{**row, "at": row["at"].isoformat(), "expires": row["expires"].isoformat()} for row in tokens.listed(store)]
    for row in rows:
        state = "revoked" if row["revoked"] else f"until {row['expires']}"
        print(f"{row['id']}  {row['role']}  {row['organisation']}  {row['name']}  {state}")
    return {"tokens": rows}


COMMANDS: dict[str, Command] = {
    "token": Command("issue, list or revoke bearer tokens of the API", _token, token),
}
