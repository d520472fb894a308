"""The page of engines names what the code has and what the tests run on."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from eventlog.port import LogCapabilities
from searchindex.port import IndexCapabilities

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "engines.md").read_text(encoding="utf-8")
POMS = ROOT / "tests" / "support_engines" / "poms"


@pytest.mark.parametrize("kind", [LogCapabilities, IndexCapabilities])
def test_every_flag_is_explained(kind):
    for flag in fields(kind):
        assert f"| `{kind.__name__}.{flag.name}` |" in PAGE


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("Apache Kafka", "org.apache.kafka"),
        ("Elasticsearch", "org.elasticsearch"),
        ("OpenSearch", "org.opensearch"),
    ],
)
def test_the_tested_versions_are_those_that_are_started(name, part):
    poms = "".join(path.read_text("utf-8") for path in sorted(POMS.glob("*.xml")))
    found = re.search(
        rf"<groupId>{re.escape(part)}</groupId><artifactId>[^<]+</artifactId>"
        r"<version>([^<]+)</version>",
        poms,
    )
    assert found is not None
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| {name} "))
    assert f" {found[1]}" in row.split("|")[2]


def test_images_are_pinned_by_exact_versions():
    compose = (ROOT / "deploy" / "compose.yaml").read_text("utf-8")
    images = re.findall(r"(?m)^ +image: (\S+)$", compose)
    assert images
    for image in images:
        assert re.search(r":(\$\{\w+:-)?[0-9]+\.[0-9]+", image), image
