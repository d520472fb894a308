"""The bucket store against an S3 emulator over real HTTP, and against odd answers."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import obstore
import pytest

from contracts.evidence_store import CAPTURE, EvidenceStoreContract, picture_of
from domain.clock import ManualClock
from domain.errors import (
    ConfigurationError,
    NotFoundError,
    RetryLaterError,
    StoreFullError,
)
from domain.ids import Digest
from evidence.adapters import s3
from evidence.adapters.s3 import S3Evidence
from evidence.adapters.s3_options import S3Options
from evidence.digest import digest_of
from evidence.places import place_of
from evidence.port import EvidenceStore
from support_engines import certificates
from support_s3 import BUCKET, PAGE, Emulator, running_emulator

BIG = replace(CAPTURE, body=os.urandom(3_000_000))


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with running_emulator() as made:
        yield made


class TestS3Evidence(EvidenceStoreContract):
    @pytest.fixture
    def store(self, emulator: Emulator) -> EvidenceStore:
        return S3Evidence(emulator.options())

    def test_another_process_finds_it(self, emulator: Emulator) -> None:
        options = emulator.options()
        digest = S3Evidence(options).put(CAPTURE)
        assert S3Evidence(options).get(digest) == CAPTURE

    def test_installations_of_one_bucket_see_nothing_of_each_other(
        self, emulator: Emulator
    ) -> None:
        mine = S3Evidence(emulator.options(prefix="mot"))
        theirs = S3Evidence(emulator.options(prefix="mot-hai"))
        digest = mine.put(CAPTURE)
        assert list(theirs.digests()) == []
        assert theirs.delete([digest]) == 0
        assert list(mine.digests()) == [digest]

    def test_the_time_is_that_of_the_clock_given(self, emulator: Emulator) -> None:
        clock = ManualClock()
        store = S3Evidence(emulator.options(), clock)
        assert store.stored_at(store.put(CAPTURE)) == clock.now()

    def test_many_are_listed_and_erased_page_by_page(
        self, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(s3, "_PAGE", 7)
        options = emulator.options()
        store = S3Evidence(options)
        digests = set()
        for number in range(3 * PAGE + 1):
            name = Digest(f"sha256:{number:064x}")
            digests.add(name)
            emulator.ask("PUT", f"/{BUCKET}/{options.prefix}/{place_of(name)}", b"x")
        assert set(store.digests()) == digests
        assert store.delete(sorted(digests)) == len(digests)
        assert list(store.digests()) == []

    def test_damage_is_found(self, emulator: Emulator) -> None:
        store = S3Evidence(emulator.options())
        digest = store.put(CAPTURE)
        obstore.put(store._store, place_of(digest), store.warc(digest)[:-40])
        assert not store.verify(digest).sound

    def test_an_outage_is_waited_for_and_work_goes_on(self, emulator: Emulator) -> None:
        own = Emulator()
        store = S3Evidence(own.options())
        for ask in (
            lambda: store.put(CAPTURE),
            lambda: list(store.digests()),
            lambda: store.delete([digest_of(CAPTURE)]),
            lambda: store.get(digest_of(CAPTURE)),
        ):
            with pytest.raises(RetryLaterError, match="out of reach") as caught:
                ask()
            assert caught.value.retry_after > 0
        own.start()
        try:
            own.make_bucket()
            assert store.get(store.put(CAPTURE)) == CAPTURE
        finally:
            own.stop()

    def test_a_torn_upload_is_never_taken_for_a_capture(
        self, emulator: Emulator
    ) -> None:
        options = emulator.options()
        with wire_that_tears(emulator.port, after=600_000) as port:
            torn = replace(options, endpoint=f"http://127.0.0.1:{port}")
            with pytest.raises(RetryLaterError):
                S3Evidence(torn).put(BIG)
        store = S3Evidence(options)
        assert store.get(store.put(BIG)) == BIG
        assert store.verify(digest_of(BIG)).sound

    def test_what_a_careless_server_kept_of_it_is_put_right(
        self, emulator: Emulator
    ) -> None:
        store = S3Evidence(emulator.options())
        digest = store.put(CAPTURE)
        whole = store.warc(digest)
        obstore.put(
            store._store,
            place_of(digest),
            whole[: len(whole) // 2],
            attributes={"warc-length": str(len(whole))},
        )
        assert not store.verify(digest).sound
        assert store.put(CAPTURE) == digest
        assert store.verify(digest).sound

    def test_the_server_is_checked_against_the_named_authority(
        self, tmp_path: Path
    ) -> None:
        made = certificates.make(tmp_path)
        keystore = str(made.keystore)
        own = Emulator(tls=(keystore, keystore))
        own.start()
        try:
            with pytest.raises(ConfigurationError, match="not trusted"):
                S3Evidence(own.options()).put(CAPTURE)
            store = S3Evidence(own.options(ca_file=made.ca))
            with pytest.raises(ConfigurationError, match="no bucket"):
                store.put(CAPTURE)
        finally:
            own.stop()


def test_no_bucket_is_said_and_not_waited_for(emulator: Emulator) -> None:
    store = S3Evidence(emulator.options(bucket="khong-co"))
    for ask in (lambda: store.put(CAPTURE), lambda: list(store.digests())):
        with pytest.raises(ConfigurationError, match="no bucket"):
            ask()


def test_the_bucket_stands_in_the_path_unless_told_otherwise() -> None:
    for path_style, start in (
        (True, f"HEAD /{BUCKET}/van-phong/"),
        (False, "HEAD /van"),
    ):
        with answering(503) as (options, asked), pytest.raises(RetryLaterError):
            other = replace(options, retries=0, path_style=path_style)
            S3Evidence(other).put(CAPTURE)
        assert asked[0].startswith(start)


def test_only_the_settings_say_who_we_are(monkeypatch: pytest.MonkeyPatch) -> None:
    others = {
        "AWS_ACCESS_KEY_ID": "theirs",
        "AWS_SECRET_ACCESS_KEY": "theirs",
        "AWS_SESSION_TOKEN": "theirs",
        "AWS_SKIP_SIGNATURE": "true",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_REGION": "theirs",
    }
    for name, value in others.items():
        monkeypatch.setenv(name, value)
    headers: list[str] = []
    with answering(404, headers=headers) as (options, asked):
        assert is_missing(S3Evidence(options))
    assert len(asked) == 1
    (said,) = [line for line in headers if line.startswith("Authorization")]
    assert "Credential=khoa/" in said
    assert "/us-east-1/s3/" in said
    assert "theirs" not in "".join(headers)


def is_missing(store: EvidenceStore) -> bool:
    with suppress(NotFoundError):
        store.get(digest_of(CAPTURE))
        return False
    return True


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (507, "", StoreFullError),
        (403, "QuotaExceeded", StoreFullError),
        (503, "SlowDown", RetryLaterError),
        (500, "InternalError", RetryLaterError),
        (403, "AccessDenied", ConfigurationError),
        (403, "RequestTimeTooSkewed", ConfigurationError),
        (400, "InvalidRequest", ConfigurationError),
    ],
)
def test_answers_are_named_by_what_to_do(
    status: int, code: str, kind: type[Exception]
) -> None:
    body = f"<Error><Code>{code}</Code></Error>" if code else ""
    with (
        answering(status, body, head=404) as (options, _),
        pytest.raises(kind) as caught,
    ):
        S3Evidence(replace(options, retries=0)).put(CAPTURE)
    assert type(caught.value) is kind
    assert "bi-mat" not in str(caught.value)


def test_a_store_without_conditional_puts_is_asked_plainly() -> None:
    with answering(501, conditional=True, head=404) as (options, asked):
        assert S3Evidence(options).put(CAPTURE) == digest_of(CAPTURE)
    assert {line.split()[0] for line in asked} == {"HEAD", "PUT"}


def test_a_picture_of_a_capture_that_went_meanwhile_goes_too(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = S3Evidence(emulator.options())
    digest = store.put(CAPTURE)
    picture = picture_of(store, digest)
    write = store._write

    def late(*arguments: object) -> None:
        store.delete([digest])
        write(*arguments)

    monkeypatch.setattr(store, "_write", late)
    with pytest.raises(Exception, match="No evidence"):
        store.attach(digest, picture)
    with pytest.raises(Exception, match="No evidence"):
        store.attached(digest)


@contextmanager
def answering(
    status: int,
    body: str = "",
    *,
    head: int = 0,
    conditional: bool = False,
    headers: list[str] | None = None,
) -> Iterator[tuple[S3Options, list[str]]]:
    """A server that answers everything alike; `conditional`: only conditional puts."""
    asked: list[str] = []
    headers = [] if headers is None else headers

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            asked.append(self.requestline)
            headers.extend(f"{k.title()}: {v}" for k, v in self.headers.items())
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            code = head if self.command == "HEAD" and head else status
            plain = conditional and self.headers.get("If-None-Match") is None
            self.send_response(200 if plain and self.command == "PUT" else code)
            said = b"" if self.command == "HEAD" else body.encode()
            self.send_header("Content-Length", str(len(said)))
            self.send_header("ETag", '"1"')
            self.end_headers()
            self.wfile.write(said)

        do_HEAD = do_PUT = do_GET = answer  # noqa: N815 - the library's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield (
            S3Options(
                bucket=BUCKET,
                prefix="van-phong",
                endpoint=f"http://127.0.0.1:{server.server_port}",
                access_key="khoa",
                secret_key="bi-mat",
                timeout_seconds=5.0,
                retries=1,
            ),
            asked,
        )
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def wire_that_tears(target: int, *, after: int) -> Iterator[int]:
    """A wire that hangs up once so many bytes of one connection have passed."""
    listener = socket.create_server(("127.0.0.1", 0))

    def pass_on(near: socket.socket) -> None:
        passed = 0
        far = socket.create_connection(("127.0.0.1", target))
        threading.Thread(target=back, args=(far, near), daemon=True).start()
        with suppress(OSError), near, far:
            while passed < after and (data := near.recv(65536)):
                far.sendall(data)
                passed += len(data)
            far.shutdown(socket.SHUT_RDWR)

    def back(far: socket.socket, near: socket.socket) -> None:
        with suppress(OSError):
            while data := far.recv(65536):
                near.sendall(data)

    def accept() -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                threading.Thread(target=pass_on, args=(near,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
