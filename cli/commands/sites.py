"""`sites`: modules for the pages of single outlets, for people with the source."""

import json
from pathlib import Path
from typing import Annotated

import typer

from cli.output import friendly, say, show

sites = typer.Typer(help="Modules that read the pages of single outlets.")


@sites.command("new")
def new(
    name: Annotated[str, typer.Argument(help="As a Python module: `baovidu`.")],
    path: Annotated[Path, typer.Argument(metavar="FILE.html")],
    url: Annotated[str, typer.Option(help="Where the page was found.")],
    into: Annotated[Path, typer.Option(help="The checkout.")] = Path(),
) -> None:
    """Begin a site module from one saved article page.

    Writes the module and a test page whose texts are made up: publishers' texts are
    not ours to keep.
    """
    with friendly():
        from domain.errors import NotFoundError, QuarantineError
        from extraction.site_draft import draft_site

        if not name.isidentifier():
            raise QuarantineError(
                f"{name!r} cannot be the name of a module.",
                reason="name",
                hint="Use small letters and digits, a letter first.",
            )
        module = into / "extraction" / "sites" / f"{name}.py"
        folder = into / "tests" / "sites" / name
        if module.exists() or folder.exists():
            raise QuarantineError(f"There is a module {name} already.", reason="exists")
        try:
            draft = draft_site(name, path.read_bytes(), url)
        except OSError as error:
            raise NotFoundError(f"{path} cannot be read: {error.strerror}.") from error
        if draft is None:
            raise QuarantineError(f"{path} is no page.", reason="not_text")
        folder.mkdir(parents=True)
        module.parent.mkdir(parents=True, exist_ok=True)
        module.write_text(draft.module, encoding="utf-8")
        (folder / "page.html").write_text(draft.page, encoding="utf-8")
        expected = json.dumps(draft.expected, ensure_ascii=False, indent=2)
        (folder / "expected.json").write_text(expected + "\n", encoding="utf-8")
        show(f"{module}\n{folder / 'page.html'}\n{folder / 'expected.json'}")
        for field in draft.unsure:
            say(f"{field}: not found on this page; add an XPath or leave it out.")
        say("Check each field of expected.json against the page as a browser shows it.")
        say("Check that page.html holds no sentence of the publisher's.")
        say(f"Add {name}.SITE to ALL in extraction/sites/__init__.py, then: make lint")
