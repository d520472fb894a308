"""Each `minhtin` call in deploy/ and in the runbook is one that the program has.

The calls are parsed by the program's own parser, options and all; none is run.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import typer
import yaml

from cli.main import app
from wiring.settings import PREFIX, Settings

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
RUNBOOK = ROOT / "docs" / "operate.md"
PROGRAMS = {"minhtin", "minhtin-admin", "entrypoint.sh"}
COMPOSE_SERVICES = {"topics", "database", "crawler", "worker"} | {
    *("indexer", "scheduler", "console")
}
BEFORE = {"sudo", "env", "exec", "time", "nohup", "!", "if", "then", "do", "until"}
ENDS = {"|", "||", "&&", ";", "&", "(", ")", ">", ">>", "<", "2>", "<<<"}

OTHERS = {"MINHTIN_TAG", "MINHTIN_ENGINES"}
"""Names that begin alike and are no settings: of compose, and of the tests."""


def blocks(text: str) -> Iterator[str]:
    """Yield the shell of a document, without the indentation of lists."""
    found = re.findall(r"^ *```sh\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE)
    yield from map(dedent, found)


def simple_commands(shell: str) -> Iterator[list[str]]:
    """Yield the words of each command of a shell text."""
    joined = re.sub(r"\\\n\s*", " ", shell)
    # What a command is given to read is no command.
    joined = re.sub(
        r"(<<'(\w+)').*?^\2$", r"\1", joined, flags=re.DOTALL | re.MULTILINE
    )
    for line in joined.splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        words: list[str] = []
        for word in lexer:
            if word in ENDS:
                yield words
                words = []
            else:
                words.append(word)
        yield words


def call_in(words: list[str]) -> list[str] | None:
    """Return the arguments for `minhtin` in a command, if it is called there."""
    if words[:3] == ["docker", "compose", "run"]:
        service = next(n for n, word in enumerate(words) if word in COMPOSE_SERVICES)
        return words[service + 1 :]
    for number, word in enumerate(words):
        known = Path(word).name in PROGRAMS
        first = all(
            w in BEFORE or w.startswith("-") or "=" in w for w in words[:number]
        )
        if known and (first or words[number - 1] in {"--", "minhtin"}):
            return words[number + 1 :]
    return None


def runbook_calls() -> Iterator[list[str]]:
    for block in blocks(RUNBOOK.read_text(encoding="utf-8")):
        for words in simple_commands(block):
            call = call_in(words)
            if call is not None:
                yield call


def inline_calls() -> Iterator[list[str]]:
    """Yield calls inside of sentences: `minhtin …`."""
    text = re.sub(
        r"```.*?```", "", RUNBOOK.read_text(encoding="utf-8"), flags=re.DOTALL
    )
    for code in re.findall(r"`minhtin(?:-admin)? ([^`]+)`", text):
        yield shlex.split(code.replace("\n", " "))


def compose_calls() -> Iterator[list[str]]:
    loaded = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    for name in COMPOSE_SERVICES:
        yield loaded["services"][name]["command"]


def manifest_calls() -> Iterator[list[str]]:
    for path in sorted((DEPLOY / "kubernetes").glob("*.yaml")):
        for found in yaml.safe_load_all(path.read_text(encoding="utf-8")):
            if found["kind"] in {"Deployment", "Job"}:
                for container in found["spec"]["template"]["spec"]["containers"]:
                    assert "command" not in container  # the image's entrypoint runs it
                    yield container["args"]


def unit_calls() -> Iterator[list[str]]:
    for path in sorted((DEPLOY / "systemd").glob("*.service")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("ExecStart="):
                yield shlex.split(line.removeprefix("ExecStart="))[1:]


def image_calls() -> Iterator[list[str]]:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    for found in re.findall(r"/opt/minhtin/bin/minhtin ([a-z-]+)", text):
        yield [found]


def problem(arguments: list[str]) -> str:
    """Return what the program's parser has against a call; nothing if it is right."""
    command: Any = typer.main.get_command(app)
    rest = [*arguments]
    while rest[:1] != ["--help"] and getattr(command, "commands", None) is not None:
        if not rest or rest[0] not in command.commands:
            return f"no such command: {' '.join(rest)}"
        command = command.commands[rest.pop(0)]
    if "--help" in rest:
        return ""
    try:
        command.make_context(command.name, rest)
    except Exception as error:  # noqa: BLE001 - typer's own click has no public types
        said = getattr(error, "message", None) or str(error) or type(error).__name__
        return "" if "does not exist" in said else said
    return ""


ALL = {
    "compose": compose_calls,
    "image": image_calls,
    "manifests": manifest_calls,
    "runbook": runbook_calls,
    "sentences": inline_calls,
    "units": unit_calls,
}


@pytest.mark.parametrize("where", sorted(ALL))
def test_every_call_is_one_that_the_program_has(where: str) -> None:
    calls = list(ALL[where]())
    assert calls, f"no call was found: {where}"
    told = {" ".join(call): problem(call) for call in calls}
    assert not {call: said for call, said in told.items() if said}


@pytest.mark.parametrize(
    "call",
    [["upp"], ["worker", "--until-idel"], ["sources", "lst"], ["accounts", "add", "x"]],
)
def test_a_wrong_call_is_noticed(call: list[str]) -> None:
    assert problem(call)


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("minhtin up # all", ["up"]),
        ("A=b sudo minhtin-admin lag --json > x", ["lag", "--json"]),
        ("echo hi && .venv/bin/minhtin doctor || true", ["doctor"]),
        (
            "docker compose run --rm console accounts list",
            ["accounts", "list"],
        ),
        ("kubectl exec x -- /opt/minhtin/bin/entrypoint.sh lag", ["lag"]),
        ("ls /opt/minhtin", None),
        ("runuser -u minhtin -- /opt/minhtin/.venv/bin/minhtin lag", ["lag"]),
        ("runuser -u postgres -- createuser --pwprompt minhtin", None),
    ],
)
def test_calls_are_found(line: str, wanted: list[str] | None) -> None:
    found = [call_in(words) for words in simple_commands(line)]
    assert [call for call in found if call is not None] == ([wanted] if wanted else [])


def texts() -> Iterator[tuple[str, str]]:
    for path in [RUNBOOK, *sorted(DEPLOY.rglob("*"))]:
        if path.is_file() and "secrets" not in path.parts:
            yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def test_every_setting_that_is_named_exists() -> None:
    known = {f"{PREFIX}{field.name.upper()}" for field in fields(Settings)} | OTHERS
    unknown = {
        (name, found)
        for name, text in texts()
        for found in re.findall(r"\bMINHTIN_[A-Z_]+[A-Z]\b", text)
        if found not in known
    }
    assert not unknown


def test_every_secret_file_is_a_setting_that_is_secret() -> None:
    secret = {field.name for field in fields(Settings) if not field.repr}
    for name, text in texts():
        for found in re.findall(r"\bminhtin_([a-z_]+)\b", text):
            if name.endswith((".yaml", ".sh")) and not found.startswith("console"):
                assert found in secret | {"secrets"}, name


def test_no_image_is_called_latest_and_no_value_is_secret() -> None:
    for name, text in texts():
        assert not re.search(r":latest\b", text), name
        given = re.findall(
            r"(?i)\b\w*(?:password|api_key|secret_key)\w*=['\"]?(\w+)", text
        )
        assert set(given) <= {"PASSWORD", "PASS", "run"}, (name, given)


def test_every_file_that_the_runbook_names_is_there() -> None:
    named = set(
        re.findall(r"\bdeploy/[\w./@-]+\w", RUNBOOK.read_text(encoding="utf-8"))
    )
    made = {name for name in named if name.startswith("deploy/secrets")}
    made |= {"deploy/compose.env"}
    assert named
    assert not {name for name in named - made if not (ROOT / name).exists()}
