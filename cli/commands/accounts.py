"""`accounts …`: the people who may sign in, as what, and by which way."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import friendly, say, show
from cli.state import HomeOption, settings_of
from domain.labels import Role

if TYPE_CHECKING:
    from pathlib import Path

    from casework.service import Casework

accounts = typer.Typer(help="People who may sign in.", no_args_is_help=True)


@accounts.command("add")
def add(
    name: str,
    role: Annotated[Role, typer.Option(help="What the person may do.")],
    display: Annotated[str, typer.Option(help="Name as colleagues see it.")] = "",
    own: Annotated[
        bool, typer.Option("--own", help="The person chose the password; keep it.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Make an account; the password is asked for, or read from standard input.

    It must be changed at the first sign-in, unless it is the person's --own.
    """
    with friendly():
        from wiring import bootstrap

        casework = bootstrap.build_casework(settings_of(home))
        account = casework.create_account(
            "cli",
            name=name,
            display=display or name,
            role=role,
            password=ask_password(),
            must_change=not own,
        )
        show(f"{account.name} may sign in as {account.role}.")


@accounts.command("list")
def list_accounts(home: HomeOption = None) -> None:
    """List accounts."""
    with friendly():
        for account in _casework(home).accounts():
            notes = [
                note
                for note, holds in (
                    ("(inactive)", not account.active),
                    ("(single sign-on)", not account.local),
                    ("(first password)", account.must_change_password),
                )
                if holds
            ]
            show("\t".join((account.name, account.role, account.display, *notes)))


@accounts.command("password")
def password(
    name: str,
    own: Annotated[
        bool, typer.Option("--own", help="The person chose the password; keep it.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Set a new password; ends sessions and access tokens of the account."""
    with friendly():
        _casework(home).set_password("cli", name, ask_password(), must_change=not own)
        show(f"{name} has a new password.")


@accounts.command("role")
def role(name: str, role: Role, home: HomeOption = None) -> None:
    """Change what an account may do; docs/accounts.md has the table."""
    with friendly():
        _casework(home).set_role("cli", name, role)
        show(f"{name} is {role} now.")


@accounts.command("disable")
def disable(name: str, home: HomeOption = None) -> None:
    """Let an account sign in no longer; its decisions stay."""
    with friendly():
        _casework(home).set_active("cli", name, active=False)
        show(f"{name} may no longer sign in.")


@accounts.command("enable")
def enable(name: str, home: HomeOption = None) -> None:
    """Let a closed account sign in again."""
    with friendly():
        _casework(home).set_active("cli", name, active=True)
        show(f"{name} may sign in again.")


@accounts.command("sign-out")
def sign_out(name: str, home: HomeOption = None) -> None:
    """End all sessions of an account."""
    with friendly():
        count = _casework(home).end_sessions("cli", name)
        show(f"{count} sessions of {name} ended.")


@accounts.command("drop-codes")
def drop_codes(name: str, home: HomeOption = None) -> None:
    """Take the authenticator app of an account away: a lost telephone."""
    with friendly():
        _casework(home).drop_codes("cli", name)
        show(f"{name} signs in by the password alone until an app is set up again.")


@accounts.command("link")
def link(name: str, issuer: str, subject: str, home: HomeOption = None) -> None:
    """Have an account sign in by single sign-on from now on, and only so.

    SUBJECT is the person's id at the provider (its claim `sub`).
    """
    with friendly():
        _casework(home).link_account("cli", name, issuer, subject)
        show(f"{name} signs in at {issuer} from now on.")


def _casework(home: "Path | None") -> "Casework":
    from wiring import bootstrap

    return bootstrap.build_casework(settings_of(home))


def ask_password() -> str:
    """Ask twice at a terminal; else take the first line of standard input."""
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    line = sys.stdin.readline().rstrip("\n")
    if not line:
        say("minhtin: no password on standard input.")
        raise typer.Exit(2)
    return line
