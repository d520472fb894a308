import string

import pytest

from ui.wording import LANGUAGES, wording


def _gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys() -> None:
    vi, en = wording("vi").texts, wording("en").texts
    assert vi.keys() == en.keys()


def test_both_languages_fill_the_same_gaps() -> None:
    vi, en = wording("vi").texts, wording("en").texts
    wrong = {key for key in vi if not _gaps(en[key]) <= _gaps(vi[key])}
    assert wrong == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_office_register_has_no_exclamation(language: str) -> None:
    assert [k for k, t in wording(language).texts.items() if "!" in t] == []


def test_an_unknown_language_is_vietnamese() -> None:
    assert wording("xx") is not wording("en")
    assert wording("xx")("app.search") == "Tìm kiếm"


def test_words_are_filled() -> None:
    assert wording("vi")("since.minutes", count="5") == "5 phút trước"


def test_every_role_queue_and_state_has_words() -> None:
    from domain.labels import Role
    from jobs.source_health import PARTS, Condition
    from searchindex.port import Order
    from ui.context import HealthState
    from wiring.source_edits import EDITABLE, Change

    texts = wording("vi").texts
    wanted = [f"role.{role}" for role in Role]
    wanted += [f"search.order_{order}" for order in Order]
    wanted += [f"settings.state_{state}" for state in HealthState]
    wanted += [f"condition.{condition}" for condition in Condition]
    wanted += [f"source.was_{change}" for change in Change]
    wanted += [f"source.f_{name}" for name in (*EDITABLE, "enabled")]
    wanted += [f"source.part_{part}" for part in PARTS]
    wanted += [f"desk.order_{order}_note" for order in ("urgent", "newest", "oldest")]
    assert [key for key in wanted if key not in texts] == []
