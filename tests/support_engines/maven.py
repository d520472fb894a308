"""Gets the engines' jars once and keeps them in the user's cache."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
MAIN = {"elasticsearch": "ElasticNode", "opensearch": "OpenSearchNode"}
"""Engines without a command of their own in their jars, and our class that is one."""

PATIENCE = 600.0


class UnavailableError(RuntimeError):
    """The engine cannot be had on this machine; the text says why."""


def cache() -> Path:
    """Return where jars are kept."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "minhtin-engines"


def libraries(engine: str) -> Path:
    """Return the folder with the engine's jars and classes; download them if needed.

    Raises `UnavailableError`.
    """
    pom = (HERE / "poms" / f"{engine}.xml").read_bytes()
    main = HERE / "java" / f"{MAIN[engine]}.java" if engine in MAIN else None
    source = main.read_bytes() if main else b""
    stamp = hashlib.sha256(pom + source).hexdigest()[:12]
    done = cache() / f"{engine}-{stamp}"
    if done.exists():
        return done
    for tool in ("java", "javac", "mvn"):
        if shutil.which(tool) is None:
            raise UnavailableError(f"{tool} is missing (Java 17 and Maven are needed)")
    part = done.with_suffix(f".part{os.getpid()}")
    part.mkdir(parents=True)
    try:
        (part / "pom.xml").write_bytes(pom)
        _run(part, "mvn", "-q", "-B", "dependency:copy-dependencies",
             "-DincludeScope=runtime", "-DoutputDirectory=.")  # fmt: skip
        if main:
            _run(part, "javac", "-cp", "*", "-d", ".", str(main))
        part.replace(done)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return done


def _run(folder: Path, *command: str) -> None:
    try:
        ended = subprocess.run(
            command, cwd=folder, capture_output=True, text=True,
            timeout=PATIENCE, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise UnavailableError(
            f"{command[0]} took more than {PATIENCE:.0f} s"
        ) from error
    if ended.returncode:
        said = (ended.stdout + ended.stderr)[-1500:]
        raise UnavailableError(f"{command[0]} failed:\n{said}")
