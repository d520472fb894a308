"""What becomes of a browser that hangs, fails, or paints too much; no browser here."""

import time
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from contracts.evidence_store import CAPTURE
from domain.errors import ConfigurationError, QuarantineError, RetryLaterError
from evidence import chromium
from evidence.chromium import render, version_of

PAGE = replace(CAPTURE, response_headers=(("Content-Type", "text/html"),))


def browser(folder: Path, script: str) -> Path:
    """Return a program in the browser's place; `$OUT` is where the picture belongs."""
    path = folder / "browser"
    found = 'for a in "$@"; do case "$a" in --screenshot=*) OUT=${a#*=};; esac; done\n'
    path.write_text(f"#!/bin/sh\n{found}{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def painting(folder: Path, image: Image.Image) -> Path:
    image.save(folder / "painted.png")
    return browser(folder, f'cp "{folder / "painted.png"}" "$OUT"')


def test_the_empty_rest_below_a_page_is_cut_off(tmp_path: Path) -> None:
    image = Image.new("RGB", (1280, 8000), "white")
    image.paste((0, 0, 0), (100, 100, 300, 500))
    png = render(PAGE, painting(tmp_path, image))
    with Image.open(BytesIO(png)) as cut:
        assert cut.size == (1280, 524)


def test_an_empty_page_is_a_picture_too(tmp_path: Path) -> None:
    png = render(PAGE, painting(tmp_path, Image.new("RGB", (1280, 8000), "white")))
    with Image.open(BytesIO(png)) as cut:
        assert cut.size == (1280, 1)


def test_too_large_a_picture_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chromium, "MAX_PNG", 1000)
    image = Image.effect_noise((400, 400), 90).convert("RGB")
    with pytest.raises(QuarantineError, match="more than 1,000"):
        render(PAGE, painting(tmp_path, image))


def test_a_browser_that_hangs_is_ended_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chromium, "SECONDS", 0.5)
    left = tmp_path / "left"
    hanging = browser(tmp_path, f"(sleep 2; touch {left}) & sleep 60")
    began = time.monotonic()
    with pytest.raises(RetryLaterError, match="within"):
        render(PAGE, hanging)
    assert time.monotonic() - began < 5
    assert not left.exists()


def test_it_is_given_no_secrets_and_a_home_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINHTIN_SECRET_KEY", "geheim")
    said = tmp_path / "said"
    image = painting(tmp_path, Image.new("RGB", (4, 4)))
    image.write_text(
        image.read_text(encoding="utf-8") + f"\nenv > {said}\n", encoding="utf-8"
    )
    render(PAGE, image)
    assert "geheim" not in said.read_text(encoding="utf-8")
    assert "HOME=/tmp" in said.read_text(encoding="utf-8")


def test_a_browser_that_fails_says_what_it_said(tmp_path: Path) -> None:
    failing = browser(tmp_path, "echo no display >&2; exit 1")
    with pytest.raises(ConfigurationError, match="no display"):
        render(PAGE, failing)
    for ask in (lambda p: render(PAGE, p), version_of):
        with pytest.raises(ConfigurationError, match="does not start"):
            ask(tmp_path / "missing")


@pytest.mark.parametrize("kind", ["application/pdf", "image/svg+xml", ""])
def test_no_picture_of_what_is_no_page(tmp_path: Path, kind: str) -> None:
    headers = (("Content-Type", kind),) if kind else ()
    odd = replace(PAGE, response_headers=headers, body=b"%PDF")
    with pytest.raises(QuarantineError, match="no picture"):
        render(odd, browser(tmp_path, "exit 1"))
