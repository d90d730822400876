"""The commands of `cleanair`: what a command is, and which files hold them."""

import argparse
import os
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, NamedTuple

from data.errors import CentreError
from data.sharing import Purpose, Reader
from data.store.derived import DerivedStore
from data.store.served import VARIABLE as STORE
from data.store.served import deriving, served
from data.store.shared import SharedStore

Parser = argparse.ArgumentParser
Arguments = argparse.Namespace
Result = dict[str, Any]

MODULES = (
    "server",
    "files",
    "assessment",
    "statements",
    "attribution",
    "forecast",
    "notify",
    "maintenance",
    "verdicts",
    "events",
    "methane",
    "cases",
    "alarms",
    "publishing",
    "register",
    "backup",
    "tokens",
    "policy",
)


class Command(NamedTuple):
    """One row of the command table."""

    help: str
    arguments: Callable[[Parser], None]
    run: Callable[[Arguments], Result | None]


class Failed(CentreError, RuntimeError):
    """The work was understood and could not be done."""

    who = "asker"


def commands() -> Mapping[str, Command]:
    """Every command by its name, in the order of `MODULES`; each file holds a table `COMMANDS`."""
    return {
        name: command
        for module in MODULES
        for name, command in import_module(f"cli.commands.{module}").COMMANDS.items()
    }


def no_arguments(parser: Parser) -> None:
    """No argument of its own."""


def city_argument(parser: Parser, required: bool = True) -> None:
    """`--city`."""
    parser.add_argument("--city", required=required, help="key of a file in data/cities")


def period_arguments(parser: Parser, required: bool = True) -> None:
    """`--from` and `--to`, half-open on the start of intervals."""
    parser.add_argument("--from", required=required, metavar="T", help="ISO 8601; city's clock where it has no zone")
    parser.add_argument("--to", required=required, metavar="T", help="exclusive")


def out_argument(parser: Parser, metavar: str = "FILE") -> None:
    """`--out`."""
    parser.add_argument("--out", required=True, metavar=metavar)


def shown_store(uri: str | None, purpose: Purpose = "derive", reader: Reader | None = None) -> SharedStore:
    """The store to read, the named one or what the screens show, as far as the rules of sharing let it be used."""
    if uri:
        os.environ[STORE] = uri
    return served(purpose, reader).store


def deriving_store(uri: str | None) -> DerivedStore:
    """The same for the work that keeps what it derives in the store."""
    if uri:
        os.environ[STORE] = uri
    return deriving()
