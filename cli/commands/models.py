"""`train`, `evaluate`: models and how good they are."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import emit, friendly, say, show
from cli.state import HomeOption, set_up_logs, settings_anywhere

if TYPE_CHECKING:
    from classifier.tasks.table import Wanted
    from wiring.settings import Settings

DataOption = Annotated[
    Path | None, typer.Option(help="Labelled file: .csv, .tsv or .jsonl (UTF-8).")
]
TextOption = Annotated[str, typer.Option(help="Column of the text.")]
LabelOption = Annotated[str, typer.Option(help="Column of the label.")]
TitleOption = Annotated[str, typer.Option(help="Column put before the text.")]
MapOption = Annotated[
    list[str] | None,
    typer.Option("--map", help="A label's name in the file and in the model: a=b."),
]


def train(  # noqa: PLR0913, PLR0917 - options of a command
    profile: Annotated[str, typer.Option(help="Whose examples to use as well.")] = "",
    out: Annotated[Path | None, typer.Option(help="Folder of the model.")] = None,
    data: DataOption = None,
    text: TextOption = "",
    label: LabelOption = "",
    title: TitleOption = "",
    renamed: MapOption = None,
    from_reviews: Annotated[
        bool, typer.Option("--from-reviews", help="A candidate; reviews teach too.")
    ] = False,
    without: Annotated[
        list[str] | None,
        typer.Option(
            help="With --from-reviews: an account whose verdicts do not teach."
        ),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Train the models from the corpus, or with --data any task on a labelled file."""
    with friendly():
        if from_reviews:
            from cli.commands.model import train_from_reviews

            _refuse_without_data(text=text, label=label, title=title, map=renamed)
            if profile or out or data:
                raise typer.BadParameter("--from-reviews takes none but --home")
            train_from_reviews(home, without or ())
            return
        if without:
            raise typer.BadParameter("--without needs --from-reviews")
        if data is None:
            _refuse_without_data(text=text, label=label, title=title, map=renamed)
            _train_own(profile, out, home)
            return
        from cli.commands.tasks import train_on

        if out is None:
            raise typer.BadParameter("--data needs --out, the folder of the model")
        train_on(data, _wanted(text, label, title, renamed or ()), out)


def _train_own(profile: str, out: Path | None, home: Path | None) -> None:
    from dataclasses import replace

    from classifier.artefact import FILES
    from classifier.folder import refuse_foreign
    from wiring import bootstrap
    from wiring.homes import require_installation
    from wiring.settings import default_models_dir, load_settings

    if out is not None:
        refuse_foreign(out, FILES)
    settings = load_settings(home=home)
    if home is not None and out is None:
        require_installation(settings, named=True)
    set_up_logs(settings)
    settings = replace(settings, profile=profile or settings.profile)
    folder = out or settings.models_dir
    if folder is None and home is not None:
        folder = settings.home / "models" / settings.profile
    folder = folder or default_models_dir() / settings.profile
    version = train_installed(settings, folder)
    if (live := bootstrap.build_registry(settings).read().live) and out is None:
        say(f"live stays {live}, as chosen by `minhtin model`")
    show(f"{version} in {folder}")


def train_installed(settings: "Settings", folder: Path) -> str:
    """Train the profile's model into a folder, with a bar; return its version."""
    from classifier.rows import rows_from
    from classifier.training import train_command
    from cli.commands.tasks import bar
    from wiring.profile import load_profile

    examples = load_profile(settings.profile, settings.profiles_dir).examples
    with bar("train") as tell:
        report = train_command(folder, examples=rows_from(examples), progress=tell)
    say(f"trained on {report.rows} texts in {report.seconds:.0f} s")
    return report.version


def evaluate(  # noqa: PLR0913, PLR0917 - options of a command
    model: Annotated[Path | None, typer.Option(help="Folder of the model.")] = None,
    data: DataOption = None,
    text: TextOption = "",
    label: LabelOption = "",
    title: TitleOption = "",
    renamed: MapOption = None,
    source: Annotated[str, typer.Option(help="Column to report apart by.")] = "",
    time: Annotated[
        str, typer.Option(help="Column of the time: days and quarters apart.")
    ] = "",
    out: Annotated[
        Path | None, typer.Option(help="Folder for report.md, .json and pictures.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    home: HomeOption = None,
) -> None:
    """Measure a model: on the frozen test part and guard, or with --data on a file."""
    with friendly():
        if data is None:
            columns = {"text": text, "label": label, "title": title, "map": renamed}
            _refuse_without_data(**columns, source=source, time=time, out=out)
            _evaluate_own(model, home, as_json=as_json)
            return
        from dataclasses import replace

        from cli.commands.tasks import evaluate_on, refuse_missing

        if model is None:
            raise typer.BadParameter("--data needs --model, a folder of “train --data”")
        refuse_missing(model)
        wanted = _wanted(text, label, title, renamed or ())
        wanted = replace(wanted, source=source, time=time)
        evaluate_on(model, data, wanted, out=out, as_json=as_json)


def _evaluate_own(folder: Path | None, home: Path | None, *, as_json: bool) -> None:
    import json

    from classifier.artefact import load
    from classifier.evaluation import evaluate_command, report_json
    from classifier.markdown import report_markdown
    from wiring import bootstrap

    if folder is None:
        report = evaluate_command(bootstrap.build_classifier(settings_anywhere(home)))
    else:
        from cli.commands.tasks import refuse_missing

        refuse_missing(folder)
        report = evaluate_command(load(folder))
    if as_json:
        emit(json.loads(report_json(report)))
    else:
        show(report_markdown(report))


def _refuse_without_data(**options: object) -> None:
    given = [f"--{name}" for name, value in options.items() if value]
    if given:
        raise typer.BadParameter(f"{', '.join(given)}: add --data, a labelled file")


def _wanted(
    text: str, label: str, title: str, renamed: list[str] | tuple[()]
) -> "Wanted":
    from classifier.tasks.table import Wanted, renaming

    if not text or not label:
        raise typer.BadParameter("--data needs --text and --label, columns of the file")
    return Wanted(text=text, label=label, title=title, renamed=renaming(renamed))
