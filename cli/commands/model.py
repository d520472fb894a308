"""`model`: the versions of the office's model, what they learnt, which is live."""

import json
import os
import pwd
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import ATTENTION, emit, friendly, say, show
from cli.state import HomeOption, profile_of, settings_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from casework.service import Casework
    from jobs.learning.acts import ModelDesk
    from jobs.learning.reviewed import Reviewed

model = typer.Typer(help="Versions of the model, and which is live.")

NO_CANDIDATE = (
    "`minhtin train --from-reviews` builds one, from 200 reviews on; "
    "`minhtin model list` shows the versions there are."
)

WhyOption = Annotated[str, typer.Option(help="Kept in the history and the audit.")]
JsonOption = Annotated[bool, typer.Option("--json")]


def train_from_reviews(home: "Path | None", without: "Sequence[str]" = ()) -> None:
    """Build a candidate, say how it stands; a worse one ends with exit code 1."""
    from cli.commands.tasks import bar
    from jobs.learning.reviewed import gather_reviews
    from wiring import bootstrap

    settings = settings_of(home)
    log, casework = bootstrap.build_log(settings), bootstrap.build_casework(settings)
    gathered = gather_reviews(log, casework, without=_ids(casework, without))
    for reason, count in gathered.left_out.items():
        say(f"left out, {reason.replace('_', ' ')}: {count}")
    workshop = bootstrap.build_workshop(settings, profile_of(settings))
    with bar("train") as tell:
        built = workshop.build(gathered, by=_person(), progress=tell)
    training, made = built.training, built.comparison
    casework.trace_model(
        _person(),
        "model.candidate",
        training.version,
        {"former": made.live, "without": ", ".join(without)},
    )
    say(
        f"trained on {training.corpus} corpus texts and {training.reviews} reviews "
        f"(each counts {training.review_weight:.2f}); "
        f"measured on {training.measured_on} newer reviews"
    )
    names = {account.id: account.name for account in casework.accounts()}
    for account, count in sorted(
        training.by_reviewer.items(), key=lambda pair: -pair[1]
    ):
        say(f"verdicts of {names.get(account, account)}: {count}")
    if training.largest_share > _MOST:
        say(
            f"One account gave {training.largest_share:.0%} of the verdicts: look at "
            "some of them (`minhtin model reviews`); --without ACCOUNT leaves them out."
        )
    show(f"{training.version} in {built.folder}")
    log.close()
    if made.worse:
        for figure in made.worse:
            say(f"worse: {figure.sentence()}")
        say("minhtin: The candidate runs in shadow only; it cannot be promoted.")
        raise typer.Exit(ATTENTION)
    say("No figure is worse. Look at `minhtin model shadow`, then promote it.")


_MOST = 0.5
"""Share of one account's verdicts above which it is said. Lower, it is said in every
small office; higher, one account may outvote all others unnoticed."""


def _ids(casework: "Casework", names: "Sequence[str]") -> set[str]:
    """Return the ids of accounts, closed ones too. Raises `NotFoundError`."""
    from domain.errors import NotFoundError

    known = {account.name: account.id for account in casework.accounts()}
    if unknown := [name for name in names if name not in known]:
        raise NotFoundError(f"There is no account {', '.join(unknown)}.")
    return {known[name] for name in names}


@model.command("list")
def list_models(as_json: JsonOption = False, home: HomeOption = None) -> None:
    """List the versions, the live one and the candidate, and who chose them when."""
    with friendly():
        from jobs.learning.records import read_training
        from wiring import bootstrap

        settings = settings_of(home)
        registry = bootstrap.build_registry(settings)
        models = registry.read()
        if not models.live:
            say(f"No candidate yet; live is {bootstrap.models_folder(settings)}.")
        for version in registry.versions():
            training = read_training(registry.folder(version))
            role = _role(version, models.live, models.candidate)
            reviews = training.reviews if training else 0
            if as_json:
                emit({"version": version, "role": role, "reviews": reviews})
            else:
                show(f"{version}\t{role or '-'}\t{reviews} reviews")
        for entry in models.history:
            say(
                f"{entry.at:%Y-%m-%d %H:%M} {entry.change} {entry.version} "
                f"by {entry.by} {entry.why}".rstrip()
            )


def _role(version: str, live: str, candidate: str) -> str:
    return {live: "live", candidate: "candidate"}.get(version, "")


@model.command("compare")
def compare(
    version: Annotated[str, typer.Argument(help="Else the candidate.")] = "",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Print how a version stood beside the model that was live when it was built."""
    with friendly():
        from domain.errors import NotFoundError
        from jobs.learning.records import COMPARISON, PAGE
        from wiring import bootstrap

        registry = bootstrap.build_registry(settings_of(home))
        wanted = version or registry.read().candidate
        if not wanted:
            raise NotFoundError("There is no candidate.", hint=NO_CANDIDATE)
        path = registry.folder(wanted) / (COMPARISON if as_json else PAGE)
        if not path.exists():
            raise NotFoundError(f"{wanted} came with the installation, uncompared.")
        text = path.read_text(encoding="utf-8")
        emit(json.loads(text)) if as_json else show(text)


@model.command("shadow")
def shadow(as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Count what the candidate would have changed, and what reviewers said of it."""
    with friendly():
        from dataclasses import asdict

        from domain.errors import NotFoundError
        from wiring import bootstrap

        settings = settings_of(home)
        log = bootstrap.build_log(settings)
        book = bootstrap.build_shadow(settings, log)
        tally = book.count(bootstrap.build_clock().now())
        found = book.shown(tally, bootstrap.build_casework(settings))
        log.close()
        if found is None:
            raise NotFoundError("There is no candidate.", hint=NO_CANDIDATE)
        if as_json:
            emit(asdict(found))
            return
        show(f"{found.candidate}: about {found.compared:,} posts compared")
        show(
            f"would have flagged {found.more:,} more; reviewers confirmed "
            f"{found.more_confirmed:,} of these and denied {found.more_denied:,}"
        )
        show(
            f"would have flagged {found.fewer:,} fewer; reviewers confirmed "
            f"{found.fewer_confirmed:,} of these and denied {found.fewer_denied:,}"
        )
        show(f"other labels on {found.other:,}")


@model.command("reviews")
def reviews(home: HomeOption = None) -> None:
    """Print what reviews teach, as JSON lines: text, answers, by whom, when, where."""
    with friendly():
        from jobs.learning.reviewed import gather_reviews
        from wiring import bootstrap

        settings = settings_of(home)
        log = bootstrap.build_log(settings)
        gathered = gather_reviews(log, bootstrap.build_casework(settings))
        for one in gathered.reviewed:
            emit(_reviewed(one))
        for reason, count in gathered.left_out.items():
            say(f"left out, {reason.replace('_', ' ')}: {count}")
        log.close()


def _reviewed(one: "Reviewed") -> dict[str, object]:
    return {
        "post": one.post_id,
        "revision": one.revision,
        "title": one.title,
        "text": one.text,
        "answers": dict(one.said),
        "model": one.model,
        "scores": dict(one.shown),
        "words": [
            {
                "by": word.by,
                "at": word.at.isoformat(),
                "queue": word.queue,
                "verdict": word.verdict,
                "harm": word.harm,
            }
            for word in one.words
        ],
    }


@model.command("promote")
def promote(why: WhyOption = "", home: HomeOption = None) -> None:
    """Make the candidate live; refused where any figure is worse."""
    with friendly():
        show(f"{_desk(home).promote(_person(), why)} is live")


@model.command("roll-back")
def roll_back(why: WhyOption = "", home: HomeOption = None) -> None:
    """Make the former model live again."""
    with friendly():
        show(f"{_desk(home).roll_back(_person(), why)} is live again")


@model.command("drop")
def drop(why: WhyOption = "", home: HomeOption = None) -> None:
    """Stop running the candidate in shadow; its folder stays."""
    with friendly():
        show(f"{_desk(home).drop(_person(), why)} is no longer tried")


def _desk(home: "Path | None") -> "ModelDesk":
    from wiring import bootstrap

    settings = settings_of(home)
    return bootstrap.build_model_desk(settings, bootstrap.build_casework(settings))


def _person() -> str:
    """Name who sits at the machine; whoever may run the command may choose."""
    try:
        return f"cli:{pwd.getpwuid(os.getuid()).pw_name}"
    except KeyError:
        return "cli"
