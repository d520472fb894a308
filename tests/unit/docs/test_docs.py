"""The documents name what the program has, and the tree is as they say."""

import importlib.util
import re
import subprocess
import sys
import tomllib
from abc import ABC
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from importlib import import_module
from importlib.metadata import packages_distributions
from inspect import getmembers, isabstract, isclass
from pathlib import Path
from urllib.parse import unquote

import pytest

from eventlog.codec import _KINDS
from eventlog.port import LogTopic
from wiring.settings import PREFIX, Settings

ROOT = Path(__file__).parents[3]
PORTS = (
    "casework.port",
    "classifier.port",
    "crawlers.frontier.port",
    "eventlog.port",
    "evidence.port",
    "searchindex.port",
)

OF_THE_PROVINCE = ("profiles", "tests", "docs", "benchmarks")
"""Folders that may name the default province."""

OF_READERS = {"README.md", "CHANGELOG.md", "CONTRIBUTING.md"}
NATIONAL_LIST = "nlp/data/provinces.tsv"
"""All provinces of the country, of which each profile's own is one."""

DEFAULT_ID = "dien-bien"
MAY_NAME_THE_DEFAULT = ("Makefile", "wiring/settings.py", "cli/")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def tracked() -> tuple[str, ...]:
    """Return the files of the repository; without git, those of the source tree."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
        ).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("the tree is no git checkout")
    names = [name for name in listed.split("\0") if name]
    return tuple(name for name in names if (ROOT / name).is_file())


@cache
def all_docs() -> str:
    pages = sorted((ROOT / "docs").rglob("*.md"))
    return "\n".join(page.read_text(encoding="utf-8") for page in pages)


def load_command_docs():
    path = ROOT / "scripts" / "command_docs.py"
    spec = importlib.util.spec_from_file_location("command_docs", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def port_classes() -> Iterator[tuple[str, str]]:
    for name in PORTS:
        module = import_module(name)
        for title, kind in getmembers(module, isclass):
            own = kind.__module__ == name
            if own and (isabstract(kind) or ABC in kind.__bases__):
                yield name, title


@pytest.mark.parametrize("field", [field.name for field in fields(Settings)])
def test_every_setting_is_explained(field: str) -> None:
    assert f"`{PREFIX}{field.upper()}`" in read("docs/settings.md")


def test_no_setting_is_explained_that_is_none() -> None:
    named = set(re.findall(rf"{PREFIX}([A-Z_]+)\b", read("docs/settings.md")))
    assert named <= {field.name.upper() for field in fields(Settings)}


def test_every_command_is_explained_as_its_help_says() -> None:
    docs = load_command_docs()
    text = read("docs/commands.md")
    for path in docs.commands():
        assert f"### minhtin {' '.join(path)}\n" in text
    assert docs.renewed(text) == text, "run scripts/command_docs.py"


@pytest.mark.parametrize("kind", sorted(_KINDS))
def test_every_event_kind_is_named(kind: str) -> None:
    assert f"`{kind}`" in read("docs/architecture.md")


@pytest.mark.parametrize("topic", list(LogTopic))
def test_every_topic_is_named(topic: LogTopic) -> None:
    assert f"| `{topic}` |" in read("docs/architecture.md")


@pytest.mark.parametrize(("module", "name"), list(port_classes()))
def test_every_port_is_named(module: str, name: str) -> None:
    assert f"`{name}`" in all_docs(), f"{name} of {module} is in no document"


def test_every_port_module_is_looked_at() -> None:
    found = {
        name.removesuffix(".py").replace("/", ".")
        for name in tracked()
        if name.endswith("/port.py")
    }
    assert found == set(PORTS)


@pytest.mark.parametrize("command", ["make run", "make test"])
def test_the_readme_names_the_two_commands(command: str) -> None:
    assert command in read("README.md")


def links(name: str) -> Iterator[str]:
    text = re.sub(r"```.*?```", "", read(name), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)(?:\s\"[^\"]*\")?\)", text):
        if not re.match(r"[a-z]+:", target):
            yield unquote(target)


def anchors(path: Path) -> set[str]:
    """Return the anchors that a heading gets where Markdown is shown."""
    titles = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", title.strip().lower()) for title in titles)
    return {title.replace(" ", "-") for title in plain}


def test_every_link_leads_somewhere() -> None:
    dead = []
    for name in tracked():
        if not name.endswith(".md"):
            continue
        for target in links(name):
            file, _, anchor = target.partition("#")
            path = (ROOT / name).parent / file if file else ROOT / name
            known = path.exists() and (
                not anchor or path.suffix != ".md" or anchor in anchors(path)
            )
            if not known:
                dead.append(f"{name} → {target}")
    assert not dead


def shown_by() -> list[str]:
    return sorted(
        set(re.findall(r"`(tests/[^`]+\.py::\w+)`", read("docs/failures.md")))
    )


@pytest.mark.parametrize("test", shown_by())
def test_every_test_that_is_called_proof_exists(test: str) -> None:
    file, _, name = test.partition("::")
    assert re.search(rf"def {name}\(", read(file))


def test_no_code_names_the_province() -> None:
    province = re.compile(r"điện[ _]biên|dien[ _-]?bien", re.IGNORECASE)
    found = []
    for name in tracked():
        if name.split("/")[0] in OF_THE_PROVINCE or name in OF_READERS:
            continue
        if name == NATIONAL_LIST:
            continue
        text = (ROOT / name).read_bytes().decode("utf-8", "replace")
        if name.startswith(MAY_NAME_THE_DEFAULT):
            text = text.replace(DEFAULT_ID, "")
        for number, line in enumerate(text.splitlines(), start=1):
            if province.search(line):
                found.append(f"{name}:{number}: {line.strip()[:80]}")
    assert not found


def root_packages() -> set[str]:
    config = tomllib.loads(read("pyproject.toml"))
    return set(config["tool"]["importlinter"]["root_packages"])


def test_the_packages_on_disk_are_those_whose_imports_are_checked() -> None:
    files = (Path(name) for name in tracked())
    on_disk = {
        file.parts[0]
        for file in files
        if len(file.parts) == 2 and file.name == "__init__.py"
    }
    # Profiles are data that is shipped as a package; no code of ours imports it.
    assert on_disk - {"benchmarks"} == root_packages() | {"profiles"}


def test_every_package_is_shipped() -> None:
    config = tomllib.loads(read("pyproject.toml"))
    shipped = set(config["tool"]["setuptools"]["packages"]["find"]["include"])
    assert shipped == {f"{name}*" for name in root_packages() | {"profiles"}}


@pytest.mark.parametrize("package", sorted(root_packages() | {"profiles"}))
def test_a_top_level_name_is_ours_alone(package: str) -> None:
    assert set(packages_distributions().get(package, ["minhtin"])) == {"minhtin"}
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert Path(str(spec.origin)) == ROOT / package / "__init__.py"
    assert package not in sys.stdlib_module_names
