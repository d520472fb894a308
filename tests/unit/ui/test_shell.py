from dataclasses import replace

import pytest

from domain.clock import ManualClock
from domain.errors import ConfigurationError
from eventlog.adapters.memory import MemoryEventLog
from eventlog.port import LogTopic
from ui import context as contexts
from ui.context import ConsoleContext, current, install, is_sample, settings_view
from ui.page import desk_link, search_link
from ui.shell import lateness
from wiring.settings import load_settings


def test_a_bar_is_due_when_events_wait_ten_minutes(
    context: ConsoleContext, clock: ManualClock
) -> None:
    log = MemoryEventLog(clock=clock)
    late = replace(context, log=log)
    assert lateness(late) is None
    with log.writer() as writer:
        for key in "abc":
            writer.append(LogTopic.POSTS, key, b"x")
    clock.advance(seconds=9 * 60)
    assert lateness(late) is None
    clock.advance(seconds=5 * 60)
    assert lateness(late) == (3, 14)


def test_addresses_survive_odd_ids() -> None:
    assert desk_link("press", "url:https://a.vn/?b=1&c") == (
        "/desk?queue=press&post=url%3Ahttps%3A%2F%2Fa.vn%2F%3Fb%3D1%26c"
    )
    assert search_link("a b&c") == "/search?q=a%20b%26c"


def test_settings_are_shown_without_secrets(tmp_path: object) -> None:
    env = {"MINHTIN_SECRET_KEY": "hush", "MINHTIN_MODE": "sample"}
    settings = load_settings(env | {"MINHTIN_HOME": str(tmp_path)})
    view = settings_view(settings)
    assert "hush" not in repr(view)
    assert is_sample(settings)


def test_pages_get_the_installed_context(
    context: ConsoleContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contexts, "_installed", [])
    with pytest.raises(ConfigurationError):
        current()
    install(context)
    assert current() is context
