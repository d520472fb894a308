"""Signed reports: who is let in, what is taken, what is answered."""

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import anyio
import httpx
import pytest
from starlette.testclient import TestClient
from starlette.types import Message
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from domain.clock import ManualClock
from domain.errors import RetryLaterError
from domain.events import PostSeen
from domain.labels import PostKind
from e2e.console_world import CHANNEL, NOW, SECRET
from eventlog.codec import decode_event
from eventlog.port import EventLog, LogTopic
from intake.signing import SIGNATURE, TIMESTAMP, WINDOW, signature
from intake.webhook import files_of_item
from ui.context import ConsoleContext

from .conftest import SITE, guarded

PATH = f"/intake/{CHANNEL}"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
REPORT: dict[str, Any] = {
    "id": "pa-1",
    "text": "Đường vào bản sạt lở, chị Lò Thị Hoa, số 0912 345 678.",
    "place": "Bản Phủ",
    "time": "2026-11-23T06:30:00+07:00",
    "reporter": {"name": "Lò Thị Hoa", "phone": "+84912345678"},
}


def send(
    client: TestClient,
    body: Any,
    *,
    path: str = PATH,
    secret: str = SECRET,
    at: float | None = None,
    **headers: str,
) -> httpx.Response:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    stamp = str(int(NOW.timestamp() if at is None else at))
    signed = {
        TIMESTAMP: stamp,
        SIGNATURE: signature(secret, stamp, raw),
        "Content-Type": "application/json",
    }
    return client.post(path, content=raw, headers=signed | headers)


def one(**changes: Any) -> dict[str, Any]:
    return {"reports": [REPORT | changes]}


def logged(log: EventLog) -> list[PostSeen]:
    found = []
    for partition in log.ends(LogTopic.POSTS):
        for record in log.read(LogTopic.POSTS, partition, 0, 1000):
            event = decode_event(record.value or b"")
            assert isinstance(event, PostSeen)
            found.append(event)
    return found


@pytest.fixture
def sender(context: ConsoleContext) -> Iterator[TestClient]:
    with TestClient(guarded(context), base_url=SITE) as client:
        yield client


def test_a_signed_report_is_durable_and_masked(
    sender: TestClient, context: ConsoleContext
) -> None:
    answer = send(sender, one(attachments=[_file("../../anh\u202egpj.exe", PNG)]))
    assert answer.status_code == 202
    (told,) = answer.json()["reports"]
    assert told["id"] == "pa-1"
    assert told["known"] is False
    (event,) = logged(context.log)
    post = event.post
    assert told["post"] == post.id
    assert post.kind is PostKind.REPORT
    assert post.outlet == "Phản ánh hiện trường"
    assert post.media == (f"sha256:{told['attachments'][0]}",)
    assert post.text.startswith("Đường vào bản sạt lở, chị ••")
    assert "Nơi xảy ra: Bản Phủ" in post.text
    assert post.author
    whole = str(event)
    for clear in ("Hoa", "345 678", "912345678", "pa-1"):
        assert clear not in whole
    assert post.evidence is not None
    kept = context.evidence.get(post.evidence)
    assert json.loads(kept.body)["reporter"]["name"] == "Lò Thị Hoa"


def test_the_same_report_again_is_known_and_another_text_refused(
    sender: TestClient, context: ConsoleContext
) -> None:
    first, again = send(sender, one()), send(sender, one())
    assert again.status_code == 202
    assert again.json()["reports"][0]["known"] is True
    assert again.json()["reports"][0]["post"] == first.json()["reports"][0]["post"]
    assert len(logged(context.log)) == 1
    other = send(sender, one(text="Nội dung khác hẳn"))
    assert other.status_code == 409
    assert other.json()["error"] == "id_used"
    assert len(logged(context.log)) == 1


def test_other_files_under_a_known_id_are_not_taken_for_the_same(
    sender: TestClient, context: ConsoleContext
) -> None:
    pdf = b"%PDF-1.7 x"
    first = send(sender, one(attachments=[_file("a.png", PNG), _file("b", pdf)]))
    assert first.status_code == 202
    for other in ([], [_file("a.png", PNG)], [_file("a.png", PNG + b"1")]):
        answer = send(sender, one(attachments=other))
        assert (answer.status_code, answer.json()["error"]) == (409, "id_used")
    # Under other names, in another order: the same files.
    again = send(sender, one(attachments=[_file("x", pdf), _file("y.png", PNG)]))
    assert again.status_code == 202
    assert again.json()["reports"][0]["known"] is True
    assert len(logged(context.log)) == 1


def test_a_batch_is_taken_in_whole(sender: TestClient, context: ConsoleContext) -> None:
    batch = [REPORT | {"id": f"pa-{n}", "text": f"Việc thứ {n}"} for n in range(30)]
    answer = send(sender, {"reports": batch})
    assert [told["id"] for told in answer.json()["reports"]] == [
        f"pa-{n}" for n in range(30)
    ]
    assert len(logged(context.log)) == 30


@pytest.mark.parametrize("drop", [TIMESTAMP, SIGNATURE])
def test_unsigned_is_refused(sender: TestClient, drop: str) -> None:
    answer = send(sender, one(), **{drop: ""})
    assert answer.status_code == 401
    assert answer.json()["error"] == "signature_missing"


@pytest.mark.parametrize("seconds", [-1, 1])
def test_an_old_or_future_stamp_is_refused(sender: TestClient, seconds: int) -> None:
    off = seconds * (WINDOW.total_seconds() + 1)
    answer = send(sender, one(), at=NOW.timestamp() + off)
    assert answer.status_code == 401
    assert answer.json()["error"] == "timestamp_outside_window"


@pytest.mark.parametrize("stamp", ["١٢٣", "1e9", "-5", "9" * 40, "12 "])
def test_odd_stamps_are_refused(sender: TestClient, stamp: str) -> None:
    raw = json.dumps(one()).encode()
    headers = [(b"content-type", b"application/json")]
    headers += [(TIMESTAMP.encode(), stamp.encode())]
    headers += [(SIGNATURE.encode(), signature(SECRET, stamp, raw).encode())]
    answer = sender.post(PATH, content=raw, headers=headers)
    assert answer.status_code == 401


def test_a_replay_later_is_refused_though_it_is_well_signed(
    sender: TestClient, clock: ManualClock
) -> None:
    assert send(sender, one()).status_code == 202
    clock.advance(seconds=WINDOW.total_seconds() + 1)
    assert send(sender, one()).status_code == 401


def test_wrong_secret_wrong_channel_and_no_channel_look_alike(
    sender: TestClient, context: ConsoleContext
) -> None:
    answers = [
        send(sender, one(), secret="x" * 40),
        send(sender, one(), path="/intake/cu"),
        send(sender, one(), path="/intake/khong-co"),
        send(sender, one(), **{SIGNATURE: "sha256=" + "z" * 64}),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert logged(context.log) == []


def test_a_changed_body_is_refused(sender: TestClient) -> None:
    raw = json.dumps(one()).encode()
    stamp = str(int(NOW.timestamp()))
    headers = {TIMESTAMP: stamp, SIGNATURE: signature(SECRET, stamp, raw)}
    headers["Content-Type"] = "application/json"
    answer = sender.post(PATH, content=raw + b" ", headers=headers)
    assert answer.status_code == 401


def test_a_channel_that_is_switched_off_says_so_to_its_sender(
    sender: TestClient,
) -> None:
    answer = send(sender, one(), path="/intake/cu", secret=SECRET[::-1])
    assert answer.status_code == 403
    assert answer.json()["error"] == "channel_off"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "schema"),
        (b"[" * 50_000, "schema"),
        (b"\xff\xfe", "schema"),
        ({"reports": []}, "schema"),
        ({"reports": [REPORT] * 101}, "schema"),
        ({"reports": [REPORT] * 2}, "repeated_id"),
        (one(text=""), "schema"),
        (one(text=" \u0000 "), "no_text"),
        (one(text="a" * 20_001), "schema"),
        (one(id="có dấu"), "schema"),
        (one(time="2026-11-23T06:30:00"), "time"),
        (one(time="0001-01-01T00:00:00+07:00"), "time"),
        (one(time="9999-12-31T23:59:59-07:00"), "time"),
        (one(tin="x"), "schema"),
        (one(attachments=[{"name": "a", "data": "%%"}]), "attachment_base64"),
    ],
)
def test_what_does_not_fit_is_named(sender: TestClient, body: Any, code: str) -> None:
    answer = send(sender, body)
    assert answer.status_code == 422
    assert answer.json()["error"] == code
    assert len(answer.text) < 1000


def _file(name: str, body: bytes) -> dict[str, str]:
    return {"name": name, "data": base64.b64encode(body).decode()}


@pytest.mark.parametrize(
    "body",
    [
        b"PK\x03\x04" + b"0" * 100,
        b"<html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"MZ\x90\x00",
        b"",
    ],
)
def test_only_pictures_and_pdf_come_along(sender: TestClient, body: bytes) -> None:
    answer = send(sender, one(attachments=[_file("anh.png", body)]))
    assert answer.status_code == 422
    assert answer.json()["error"] == "attachment_type"


def test_a_huge_body_is_not_read_on(sender: TestClient) -> None:
    said = send(sender, b" " * 20_000_001)
    assert said.status_code == 413

    def endless() -> Iterator[bytes]:
        for _ in range(1000):
            yield b" " * 1_000_000

    stamp = str(int(NOW.timestamp()))
    headers = {TIMESTAMP: stamp, SIGNATURE: "sha256=0"}
    headers["Content-Type"] = "application/json"
    assert sender.post(PATH, content=endless(), headers=headers).status_code == 413


def test_another_content_type_is_refused(sender: TestClient) -> None:
    answer = send(sender, one(), **{"Content-Type": "text/plain"})
    assert answer.status_code == 415


def test_too_many_are_asked_to_wait(sender: TestClient, clock: ManualClock) -> None:
    for n in range(20):
        assert send(sender, one(id=f"a{n}")).status_code == 202
    answer = send(sender, one(id="b"))
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    clock.advance(seconds=int(answer.headers["Retry-After"]))
    assert send(sender, one(id="b"), at=clock.now().timestamp()).status_code == 202


def test_strangers_wear_out_themselves_only(sender: TestClient) -> None:
    codes = [send(sender, one(), secret="y" * 40).status_code for _ in range(21)]
    assert codes == [401] * 20 + [429]


@pytest.mark.parametrize(
    ("trusted", "peers", "forwarded", "last"),
    [
        # One subscriber's addresses are one caller, and so are a proxy's in all.
        ("127.0.0.1", [f"2001:db8:1:2::{n:x}" for n in range(21)], None, 429),
        ("127.0.0.1", [f"2001:db8:1:{n:x}::1" for n in range(21)], None, 401),
        ("127.0.0.1", ["127.0.0.1"] * 21, None, 429),
        # Behind our proxy those count that it names, and only its word is taken.
        ("127.0.0.1", ["127.0.0.1"] * 21, "203.0.113.{}", 401),
        ("127.0.0.1", ["127.0.0.1"] * 21, "203.0.113.{}, 198.51.100.7", 429),
        ("127.0.0.1", ["198.51.100.7"] * 21, "203.0.113.{}", 429),
        ("10.0.0.0/8", ["10.1.2.3"] * 21, "2001:db8::{}", 429),
    ],
)
def test_who_counts_as_one_caller(
    context: ConsoleContext,
    trusted: str,
    peers: list[str],
    forwarded: str | None,
    last: int,
) -> None:
    app = ProxyHeadersMiddleware(guarded(context), trusted_hosts=trusted)  # type: ignore[arg-type] # two libraries' words for one protocol
    codes = []
    for n, peer in enumerate(peers):
        headers = {"X-Forwarded-For": forwarded.format(n)} if forwarded else {}
        client = TestClient(app, base_url=SITE, client=(peer, 1))  # type: ignore[arg-type] # as above
        codes.append(send(client, one(), secret="y" * 40, **headers).status_code)
    assert codes == [401] * 20 + [last]


def test_a_log_out_of_reach_is_a_503_and_nothing_is_said_to_be_taken(
    context: ConsoleContext,
) -> None:
    assert context.intake is not None

    def away(_reports: object) -> None:
        raise RetryLaterError("The log is away.")

    door = replace(context.intake, take=away)  # type: ignore[arg-type]
    with TestClient(guarded(replace(context, intake=door)), base_url=SITE) as client:
        answer = send(client, one())
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
    assert "log" not in answer.text


def test_what_fails_unexpectedly_tells_the_sender_nothing(
    context: ConsoleContext, caplog: pytest.LogCaptureFixture
) -> None:
    assert context.intake is not None

    def broken(_reports: object) -> None:
        raise ValueError("bí mật")

    door = replace(context.intake, take=broken)  # type: ignore[arg-type]
    with TestClient(guarded(replace(context, intake=door)), base_url=SITE) as client:
        answer = send(client, one())
    assert answer.status_code == 500
    assert "bí mật" not in answer.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", PATH),
        ("PUT", PATH),
        ("POST", "/intake"),
        ("POST", "/intake/"),
        ("POST", f"{PATH}/x"),
        ("POST", "/intake/../api/decisions"),
        ("POST", "/INTAKE/x"),
        ("POST", "/intake/a%2Fb"),
    ],
)
def test_the_guard_lets_only_this_door_open(
    sender: TestClient, method: str, path: str
) -> None:
    assert sender.request(method, path).status_code == 401
    assert "signed_out" not in sender.request(method, path).text


def test_a_page_of_another_site_cannot_send(sender: TestClient) -> None:
    answer = send(sender, one(), Origin="https://evil.example")
    assert answer.status_code == 403


def test_a_formula_or_markup_stays_text(
    sender: TestClient, context: ConsoleContext
) -> None:
    bad = '=HYPERLINK("http://x") <script>alert(1)</script> {{7*7}} ../../etc/passwd'
    assert send(sender, one(id="x", text=bad, reporter={})).status_code == 202
    (event,) = logged(context.log)
    assert event.post.text.startswith(bad)


Parts = list[tuple[str, bytes]]


def form(told: Any, parts: Parts) -> tuple[bytes, str]:
    """Return the body of a form, and its content type."""
    lines = [b"--b", b'Content-Disposition: form-data; name="reports"', b""]
    lines += [told if isinstance(told, bytes) else json.dumps(told).encode()]
    for name, body in parts:
        disposition = f'form-data; name="{name}"; filename="../{name}.exe"'
        lines += [b"--b", f"Content-Disposition: {disposition}".encode(), b"", body]
    return b"\r\n".join([*lines, b"--b--", b""]), "multipart/form-data; boundary=b"


def send_form(sender: TestClient, told: Any, parts: Parts) -> Any:
    body, kind = form(told, parts)
    return send(sender, body, **{"Content-Type": kind})


def named(*parts: str) -> list[dict[str, str]]:
    return [{"name": f"{part}.jpg", "part": part} for part in parts]


JPEG = b"\xff\xd8\xff"
HUGE = JPEG + b"0" * 5_000_000
BOMB = JPEG + b"\xc0\0\x0b\x08\xff\xff\xff\xff" + b"0" * 40
TWICE = one(attachments=[{"name": "a", "part": "p1", "data": "eA=="}])
PICTURES: Parts = [("p1", b"\x89PNG\r\n\x1a\n\r\n--c"), ("p2", b"\xff\xd8\xff\x00")]


def test_files_may_come_as_parts_of_a_form(
    sender: TestClient, context: ConsoleContext
) -> None:
    answer = send_form(sender, one(attachments=named("p1", "p2")), PICTURES)
    assert answer.status_code == 202
    hashes = [hashlib.sha256(body).hexdigest() for _, body in PICTURES]
    assert answer.json()["reports"][0]["attachments"] == hashes
    (event,) = logged(context.log)
    assert event.post.evidence is not None
    capture = context.evidence.get(event.post.evidence)
    kept = files_of_item(capture.body)
    assert [file.body for file in kept] == [body for _, body in PICTURES]
    again = send_form(sender, one(attachments=named("p1", "p2")), PICTURES)
    assert again.json()["reports"][0]["known"] is True


@pytest.mark.parametrize(
    ("told", "parts", "code"),
    [
        (one(attachments=named("p1")), PICTURES, "multipart"),
        (one(attachments=named("p1", "p2")), PICTURES[:1], "multipart"),
        (one(attachments=named("p1", "p1")), PICTURES[:1], "multipart"),
        (one(attachments=named("p1")), [PICTURES[0], PICTURES[0]], "multipart"),
        (TWICE, PICTURES[:1], "multipart"),
        (one(attachments=named("p1")), [("p1", b"<svg/>")], "attachment_type"),
        (one(attachments=named("p1")), [("p1", HUGE)], "attachment_size"),
        (one(attachments=named("p1")), [("p1", BOMB)], "attachment_pixels"),
        (one(attachments=named(*"abcdef")), [(n, JPEG) for n in "abcdef"], "schema"),
        (b"{", [], "schema"),
        (one(), [(f"p{n}", b"x") for n in range(150)], "multipart"),
    ],
)
def test_a_form_that_does_not_fit_is_refused(
    sender: TestClient, context: ConsoleContext, told: Any, parts: Parts, code: str
) -> None:
    answer = send_form(sender, told, parts)
    assert (answer.status_code, answer.json()["error"]) == (422, code)
    assert logged(context.log) == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"x", "multipart/form-data"),
        (b"--b\r\nhong", "multipart/form-data; boundary=b"),
        (b"x" * 100, "multipart/form-data; boundary=b"),
        (b"--b\r\n\r\n\r\n--b--", "multipart/form-data; boundary=b"),
        (b"--b--", "multipart/form-data; boundary=b; charset=khong-co"),
    ],
)
def test_no_form_at_all_is_refused(sender: TestClient, body: bytes, kind: str) -> None:
    answer = send(sender, body, **{"Content-Type": kind})
    assert answer.status_code == 422
    assert answer.json()["error"] in {"multipart", "schema"}


def test_a_huge_form_is_not_read_on(sender: TestClient) -> None:
    answer = send_form(sender, one(), [("p1", b"0" * 20_000_001)])
    assert answer.status_code == 413


class Stalled:
    """Requests whose bodies never end, and what they were answered."""

    def __init__(self, context: ConsoleContext) -> None:
        self._app = guarded(context)
        self.answers: list[int] = []
        self.read = 0

    async def __call__(self, caller: str) -> None:
        stamp = str(int(NOW.timestamp())).encode()
        headers = [
            (b"host", b"testserver"),
            (b"content-type", b"application/json"),
            (TIMESTAMP.lower().encode(), stamp),
            (SIGNATURE.lower().encode(), b"sha256=0"),
        ]
        scope = {"type": "http", "method": "POST", "path": PATH, "headers": headers}
        scope |= {"query_string": b"", "client": (caller, 1), "scheme": "https"}
        scope |= {"http_version": "1.1", "root_path": "", "raw_path": PATH.encode()}

        async def receive() -> Message:
            self.read += 1
            await anyio.sleep_forever()
            raise AssertionError

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.answers.append(message["status"])

        await self._app(scope, receive, send)


async def _stall(context: ConsoleContext, callers: list[str]) -> Stalled:
    stalled = Stalled(context)
    async with anyio.create_task_group() as group:
        for caller in callers:
            group.start_soon(stalled, caller)
        while stalled.read + len(stalled.answers) < len(callers):
            await anyio.lowlevel.checkpoint()
        group.cancel_scope.cancel()
    return stalled


@pytest.mark.parametrize(
    ("callers", "held"),
    [
        (["192.0.2.1"] * 10, 3),
        ([f"192.0.2.{n}" for n in range(20)], 8),
        ([f"2001:db8::{n}" for n in range(10)], 3),
    ],
)
def test_bodies_that_do_not_end_take_bounded_room(
    context: ConsoleContext, callers: list[str], held: int
) -> None:
    stalled = anyio.run(_stall, context, callers)
    assert stalled.read == held
    assert stalled.answers == [429] * (len(callers) - held)


def test_a_body_that_does_not_end_is_given_up(
    context: ConsoleContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.webhook.SECONDS", 0.01)
    stalled = Stalled(context)
    anyio.run(stalled, "192.0.2.1")
    assert stalled.answers == [408]


def test_where_there_are_no_senders_no_body_is_read(context: ConsoleContext) -> None:
    assert context.intake is not None
    shut = replace(context, intake=replace(context.intake, secrets={}))
    stalled = Stalled(shut)
    anyio.run(stalled, "192.0.2.1")
    assert (stalled.answers, stalled.read) == ([401], 0)


def test_room_is_given_back(sender: TestClient) -> None:
    codes = {send(sender, one(), secret="y" * 40).status_code for _ in range(10)}
    assert codes == {401}
