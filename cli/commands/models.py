"""`train`, `evaluate`: models out of the corpus, and how good they are."""

from pathlib import Path
from typing import Annotated

import typer

from cli.output import emit, friendly, say, show
from cli.state import HomeOption, settings_of


def train(
    profile: Annotated[str, typer.Option(help="Whose examples to use as well.")] = "",
    out: Annotated[Path | None, typer.Option(help="Folder of the model.")] = None,
    home: HomeOption = None,
) -> None:
    """Train the models from the corpus; takes less than a minute."""
    with friendly():
        from dataclasses import replace

        from rich.console import Console
        from rich.progress import Progress

        from classifier.rows import rows_from
        from classifier.training import train_command
        from wiring.profile import load_profile
        from wiring.settings import default_models_dir

        settings = settings_of(home)
        settings = replace(settings, profile=profile or settings.profile)
        folder = out or settings.models_dir
        if folder is None and home is not None:
            folder = settings.home / "models" / settings.profile
        folder = folder or default_models_dir() / settings.profile
        examples = load_profile(settings.profile, settings.profiles_dir).examples
        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("train", total=1.0)
            report = train_command(
                folder,
                examples=rows_from(examples),
                progress=lambda what, share: bar.update(
                    task, completed=share, description=what
                ),
            )
        say(f"trained on {report.rows} texts in {report.seconds:.0f} s")
        show(f"{report.version} in {folder}")


def evaluate(
    as_json: Annotated[bool, typer.Option("--json")] = False, home: HomeOption = None
) -> None:
    """Measure the live model on the frozen test part and the criticism guard."""
    with friendly():
        import json

        from classifier.evaluation import evaluate_command, report_json
        from classifier.markdown import report_markdown
        from wiring import bootstrap

        report = evaluate_command(bootstrap.build_classifier(settings_of(home)))
        if as_json:
            emit(json.loads(report_json(report)))
        else:
            show(report_markdown(report))
