"""Provinces are data: another folder is another province, with the same code."""

import pytest

from domain.clock import ManualClock
from domain.errors import ConfigurationError
from domain.labels import About, PostKind, Queue
from eventlog.adapters.memory import MemoryEventLog
from eventlog.codec import decode_analysis
from eventlog.port import LogTopic
from nlp.fingerprint import bands, similarity
from pipeline.replay import read_all
from pipeline.runner import Runner
from pipeline.worker import Worker
from pipeline_fakes import START, WordClassifier, feed, post, press
from searchindex.adapters.memory import MemorySearchIndex
from wiring.profile import load_profile, place_names
from wiring.source_rows import texts_of
from wiring.tools import build_tools


def judged(profile_id, *texts, **changes):
    profile = load_profile(profile_id)
    clock = ManualClock(START)
    log = MemoryEventLog(clock=clock)
    worker = Worker(
        tools=build_tools(profile, WordClassifier()),
        index=MemorySearchIndex(bands_of=bands).reader(),
        clock=clock,
        sources=lambda: {"bao": press()},
        bands=bands,
        similarity=similarity,
    )
    feed(log, *(post(n, text, **changes) for n, text in enumerate(texts)))
    Runner(worker, log, clock).run(until_idle=True)
    rows = read_all(log, LogTopic.ANALYSES)
    made = [decode_analysis(row.value) for row in rows]
    return sorted(made, key=lambda analysis: analysis.post.id)


def test_each_profile_knows_its_own_province_only():
    texts = (
        "Đường ở tỉnh Sơn Thủy hỏng nặng, tôi xin phản ánh",
        "Đường ở tỉnh Điện Biên hỏng nặng, tôi xin phản ánh",
    )
    small = [made.about for made in judged("mau-nho", *texts)]
    large = [made.about for made in judged("dien-bien", *texts)]
    assert small == [About.PROVINCE, About.OTHER]
    assert large[1] is About.PROVINCE
    assert large[0] is not About.PROVINCE


def test_the_small_profile_resolves_communes_and_queues():
    unit = load_profile("mau-nho").gazetteer.units[0]
    (made,) = judged("mau-nho", f"Dân {unit.kind} {unit.name}, tỉnh Sơn Thủy phản ánh")
    assert made.queues == (Queue.ANSWERS,)
    assert unit.id in {place.unit for place in made.places}


def test_a_province_article_reaches_press_in_either():
    for profile_id in ("mau-nho", "dien-bien"):
        name = load_profile(profile_id).full_name
        (made,) = judged(
            profile_id,
            f"Hôm nay {name} khánh thành cầu mới. Lãnh đạo {name} dự lễ.",
            kind=PostKind.ARTICLE,
            source="bao",
        )
        assert made.queues == (Queue.PRESS,)


def test_every_commune_and_rule_of_the_default_profile_is_there():
    profile = load_profile("dien-bien")
    kinds = [unit.kind for unit in profile.gazetteer.units]
    assert len(kinds) == 45
    assert kinds.count("phuong") == 3
    assert len({unit.code for unit in profile.gazetteer.units}) == 45
    former = profile.gazetteer.former
    assert len(former) == 139
    assert all(place.units for place in former)
    assert {rule.grade for rule in profile.rules} <= {"A", "B", "C"}
    assert all(rule.basis and rule.duty for rule in profile.rules)


def test_a_missing_profile_is_named_with_those_that_exist():
    with pytest.raises(ConfigurationError) as caught:
        load_profile("nowhere")
    assert "dien-bien" in caught.value.hint


def test_a_broken_file_is_named_with_its_field(tmp_path):
    import shutil
    from pathlib import Path

    source = Path(load_profile("mau-nho").folder)
    shutil.copytree(source, tmp_path / "hong")
    units = tmp_path / "hong" / "gazetteer" / "units.toml"
    units.write_text('[[unit]]\nid = "x"\nname = 7\n', encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"units.toml, \[\[unit\]\] number 1"):
        load_profile("hong", tmp_path)


def test_a_kinds_table_may_hold_numbers_and_lists() -> None:
    table = {"size": 20, "title": ["title", "name"], "items": "data"}
    assert texts_of(table) == {
        "size": "20",
        "title": "title || name",
        "items": "data",
    }
    assert texts_of(("Sa",)) == ("Sa",)


def test_places_that_everybody_knows_are_named_with_their_aliases() -> None:
    named = place_names(load_profile("dien-bien"))
    assert {"Điện Biên", "Mường Thanh", "Nậm Rốm"} <= set(named)
    assert all(name.strip() for name in named)
