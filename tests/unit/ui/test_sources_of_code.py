"""What no code of ours does; read from the sources, so that nobody begins to."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
NOT_SHIPPED = {"tests", "benchmarks", "scripts", "docs", "build", "dist", "var"}
RUNS_CODE = {"eval", "exec", "compile", "__import__"}
READS_CODE = {"pickle", "cPickle", "dill", "joblib", "marshal", "shelve"}
BETWEEN_OURS = {"Parallel", "delayed", "cpu_count"}
"""Of joblib: what hands work to processes that the program itself began. Its `load`
reads files, and is not to be imported."""
SWITCHES = {"shell", "unsafe_allow_html", "unsafe_allow_javascript", "allow_pickle"}
MARKUP = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc|DOMParser"
    r"|createContextualFragment|\beval\(|new Function"
)
IN_PLACE = re.compile(r"<script(?! src=)|\son\w+=|javascript:", re.IGNORECASE)
KEEPS = re.compile(r"localStorage|sessionStorage|indexedDB|document\.cookie|caches\.")


def sources() -> Iterator[tuple[str, ast.Module]]:
    for folder in sorted(ROOT.iterdir()):
        shipped = folder.is_dir() and folder.name not in NOT_SHIPPED
        if not shipped or folder.name.startswith("."):
            continue
        for path in sorted(folder.rglob("*.py")):
            name = str(path.relative_to(ROOT))
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def runs_code(node: ast.AST) -> list[str]:
    """Return what a piece of code could run data by."""
    match node:
        case ast.Import():
            return [a.name for a in node.names if a.name in READS_CODE]
        case ast.ImportFrom(module="joblib"):
            return [a.name for a in node.names if a.name not in BETWEEN_OURS]
        case ast.ImportFrom(module=str(module)) if module in READS_CODE:
            return [module]
        case ast.Call(func=ast.Name(id=name)) if name in RUNS_CODE:
            return [name]
        case ast.keyword(arg=str(arg), value=ast.Constant(value=True)):
            return [arg] if arg in SWITCHES else []
    return []


def test_nothing_runs_code_out_of_data() -> None:
    found = [
        (name, what)
        for name, tree in sources()
        for node in ast.walk(tree)
        for what in runs_code(node)
    ]
    assert not found


def scripts() -> list[Path]:
    ui = ROOT / "ui"
    return [*sorted(ui.rglob("*.js")), *sorted(ui.rglob("*.html"))]


@pytest.mark.parametrize("path", scripts(), ids=lambda path: path.name)
def test_scripts_of_ours_write_no_markup(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not MARKUP.search(text)
    if path.suffix == ".html":
        assert not IN_PLACE.search(text)
        # One drawing of the program's own is no text: the code for the app.
        safe = re.findall(r"\{\{ *(\S+?)\|safe", text)
        assert safe in ([], ["drawing"])


@pytest.mark.parametrize("path", scripts(), ids=lambda path: path.name)
def test_scripts_of_ours_keep_in_the_browser_one_note_at_most(path: Path) -> None:
    kept = set(KEEPS.findall(path.read_text(encoding="utf-8")))
    # What is being typed, until its tab closes: a session's end must not lose it.
    assert kept <= ({"sessionStorage"} if path.name == "forms.js" else set())
