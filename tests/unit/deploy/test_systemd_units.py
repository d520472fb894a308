"""`deploy/systemd/`: what systemd's own checker says, and that the units fit together.

No unit is started: that needs a machine that systemd runs.
"""

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / "deploy" / "systemd"
UNITS = sorted(FOLDER.glob("*.service"))
PIECES = [unit for unit in UNITS if unit.name != "minhtin.service"]
PROGRAM = "/opt/minhtin/.venv/bin/minhtin"

analyser = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed"
)
units = pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)


class _Several(dict[str, object]):
    """Keeps each value of a key that stands more than once."""

    def __setitem__(self, key: str, value: object) -> None:
        if key in self and isinstance(value, list):
            held = self[key]
            assert isinstance(held, list)
            held.extend(value)
        else:
            super().__setitem__(key, value)


def parsed(unit: Path) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=False, dict_type=_Several)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(unit.read_text(encoding="utf-8"))
    return parser


@analyser
def test_systemd_understands_them(tmp_path: Path) -> None:
    for unit in (*UNITS, FOLDER / "minhtin.target"):
        text = unit.read_text(encoding="utf-8").replace(PROGRAM, sys.executable)
        name = unit.name.replace("@.", "@1.")
        (tmp_path / name).write_text(text, encoding="utf-8")
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *sorted(tmp_path.iterdir())],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stderr) == (0, "")


@analyser
@units
def test_systemd_calls_it_well_confined(unit: Path) -> None:
    # Exposure of at most 2.0 of 10; a unit without any of this has 9.6.
    rated = subprocess.run(
        [
            *("systemd-analyze", "security", "--no-pager", "--offline=true"),
            *("--threshold=20", str(unit)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert rated.returncode == 0, rated.stdout[-400:]


@units
def test_a_unit_is_confined_limited_and_comes_back(unit: Path) -> None:
    service = parsed(unit)["Service"]
    wanted = {
        "User": "minhtin",
        "ProtectSystem": "strict",
        "ProtectHome": "yes",
        "PrivateTmp": "yes",
        "NoNewPrivileges": "yes",
        "CapabilityBoundingSet": "",
        "StateDirectory": "minhtin",
        "Restart": "on-failure",
        "UMask": "0077",
        "EnvironmentFile": "/etc/minhtin/minhtin.env",
    }
    assert {key: service.get(key) for key in wanted} == wanted
    assert re.fullmatch(r"\d+[MG]", service["MemoryMax"])
    assert service["ExecStart"].startswith(f"{PROGRAM} ")


def test_the_target_starts_each_piece_and_never_both_ways_at_once() -> None:
    target = parsed(FOLDER / "minhtin.target")
    started = set(target["Unit"]["Wants"].split())
    assert started == {unit.name.replace("@.", "@1.") for unit in PIECES}
    assert target["Unit"]["Conflicts"] == "minhtin.service"
    for unit in PIECES:
        section = parsed(unit)["Unit"]
        assert section["PartOf"] == "minhtin.target"
        assert section["Conflicts"] == "minhtin.service"
        assert parsed(unit)["Install"]["WantedBy"] == "minhtin.target"


def test_only_the_crawler_leaves_the_machine() -> None:
    closed = {
        unit.name
        for unit in PIECES
        if parsed(unit)["Service"].get("IPAddressDeny") == "any"
    }
    assert closed == {unit.name for unit in PIECES} - {"minhtin-crawler.service"}


def test_the_account_and_folders_are_those_of_the_units() -> None:
    account = (FOLDER / "minhtin.sysusers.conf").read_text(encoding="utf-8")
    assert re.search(
        r"^u minhtin - \"[^\"]+\" /var/lib/minhtin$", account, re.MULTILINE
    )
    folders = (FOLDER / "minhtin.tmpfiles.conf").read_text(encoding="utf-8")
    assert "d /var/lib/minhtin 0700 minhtin minhtin -" in folders.splitlines()


def test_the_admin_command_has_the_units_settings_and_account() -> None:
    script = (FOLDER / "minhtin-admin").read_text(encoding="utf-8")
    assert ". /etc/minhtin/minhtin.env" in script
    assert f'runuser -u minhtin -- {PROGRAM} "$@"' in script
    subprocess.run(["sh", "-n", str(FOLDER / "minhtin-admin")], check=True)
