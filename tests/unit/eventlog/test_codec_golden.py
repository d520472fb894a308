"""A record of each kind and version ever written must decode for ever.

To add a golden file for a new kind or version: encode it, write the bytes under
`tests/golden/events/`, and never change a file that was released.
"""

from pathlib import Path

import pytest

from domain.errors import QuarantineError
from eventlog.codec import _KINDS, VERSION, decode_event, encode_event

FOLDER = Path(__file__).parents[2] / "golden" / "events"
FILES = sorted(FOLDER.glob("*.json"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_golden_record_decodes_and_encodes_to_the_same_bytes(path):
    value = path.read_bytes().rstrip(b"\n")
    event = decode_event(value)
    assert path.stem == f"{kind_of(event)}.v{VERSION}"
    assert encode_event(event) == value


def test_every_kind_has_a_golden_file():
    assert {path.stem for path in FILES} == {f"{kind}.v{VERSION}" for kind in _KINDS}


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


def kind_of(event) -> str:
    return next(name for name, kind in _KINDS.items() if kind is type(event))
