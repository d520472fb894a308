from pathlib import Path

from benchmarks import __main__ as everything
from benchmarks.quality import PARTS, Part, measure


def test_what_needs_absent_data_is_left_and_said(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    parts = (
        Part("a", "one"),
        Part("b", "two", "gone"),
        Part("c", "three", "there"),
        Part("d", "four", "gone", partly=True),
    )
    ran: list[str] = []
    said: list[str] = []

    def run(module: str) -> int:
        ran.append(module)
        return 0

    assert measure(parts, data=tmp_path, run=run, say=said.append) == 0
    assert ran == ["a", "c", "d"]
    stays = [line for line in said if line.endswith("what needs it stays.")]
    assert [line.split(":")[0] for line in stays] == ["[2/4] b", "[4/4] d"]
    assert said[-1] == "docs/quality.md is new."


def test_a_failure_is_counted_and_the_rest_goes_on() -> None:
    ran: list[str] = []
    said: list[str] = []

    def run(module: str) -> int:
        ran.append(module)
        return 7 if module == "a" else 0

    parts = (Part("a", "one"), Part("b", "two"))
    assert measure(parts, run=run, say=said.append) == 1
    assert ran == ["a", "b"]
    assert any("a: FAILED with 7" in line for line in said)


def test_the_page_has_a_section_of_each_part_and_all_are_in_the_list() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs/quality.md").read_text("utf-8")
    for part in PARTS[1:]:
        assert f"<!-- {part.module}: begin -->" in page
        assert part.module in everything.MODULES
    assert "`python -m benchmarks.classifier`" in page
