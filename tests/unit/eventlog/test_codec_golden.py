"""A record of each kind and version ever written must decode for ever.

To add a golden file for a new kind or version, or for a field that a kind got since
(`<kind>.v1-<field>.json`): encode it, write the bytes under `tests/golden/events/`, and
never change a file that was released.
"""

import json
from pathlib import Path

import pytest

from domain.analysis import Analysis
from domain.errors import QuarantineError
from eventlog.codec import _KINDS, VERSION, decode_event, encode_event

FOLDER = Path(__file__).parents[2] / "golden" / "events"
FILES = sorted(FOLDER.glob("*.json"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_golden_record_decodes_and_encodes_to_the_same_fields(path):
    value = path.read_bytes().rstrip(b"\n")
    event = decode_event(value)
    assert first_part(path) == f"{kind_of(event)}.v{VERSION}"
    encoded = encode_event(event)
    assert decode_event(encoded) == event
    assert holds(json.loads(encoded), json.loads(value))


@pytest.mark.parametrize("kind", _KINDS)
def test_the_newest_golden_record_encodes_to_the_same_bytes(kind):
    paths = [path for path in FILES if first_part(path) == f"{kind}.v{VERSION}"]
    value = max(paths, key=lambda path: len(path.stem)).read_bytes().rstrip(b"\n")
    assert encode_event(decode_event(value)) == value


def test_an_analysis_from_before_a_field_has_its_default():
    event = decode_event((FOLDER / "analysis.v1.json").read_bytes())
    assert isinstance(event, Analysis)
    assert not event.judgement.strange


def test_every_kind_has_a_golden_file():
    assert {first_part(path) for path in FILES} == {
        f"{kind}.v{VERSION}" for kind in _KINDS
    }


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"", "not_an_event"),
        (b"\xff\xfe", "not_an_event"),
        (b'{"v":99,"kind":"post_seen","data":{}}', "unknown_version"),
        (b'{"v":1,"kind":"post_liked","data":{}}', "unknown_kind"),
        (b'{"v":1,"kind":"post_gone","data":{"post_id":1}}', "bad_field"),
        (
            (
                b'{"v":1,"kind":"post_gone","data":{"post_id":"a","revision":1,'
                b'"reason":"deleted","at":"2026-01-01T00:00:00"}}'
            ),
            "bad_field",
        ),
    ],
)
def test_what_is_not_an_event_is_quarantined_with_its_reason(value, reason):
    with pytest.raises(QuarantineError) as caught:
        decode_event(value)
    assert caught.value.reason == reason


def first_part(path: Path) -> str:
    return path.stem.partition("-")[0]


def holds(new: object, old: object) -> bool:
    """Whether every field of the old record is in the new one, with its value."""
    match new, old:
        case dict(), dict():
            return all(name in new and holds(new[name], old[name]) for name in old)
        case list(), list():
            return len(new) == len(old) and all(map(holds, new, old))
        case _:
            return new == old


def kind_of(event) -> str:
    return next(name for name, kind in _KINDS.items() if kind is type(event))
