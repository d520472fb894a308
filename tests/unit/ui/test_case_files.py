"""Files that come to cases in bad faith, and the words they come back under."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

import pytest
from starlette.testclient import TestClient

from intake.attachments import LONGEST_LIST, WORD, sniffed_paper
from ui.case_files import LARGEST
from ui.context import ConsoleContext

SignedIn = Callable[[str], TestClient]
NUMBER = "2026-000001"
PDF = b"%PDF-1.7\nmot hai ba"


@pytest.fixture
def lan(signed_in: SignedIn) -> TestClient:
    client = signed_in("lan")
    fields = {"token": client.headers["X-CSRF-Token"], "title": "Một", "kind": "harm"}
    assert client.post("/case/new", data=fields).status_code == 303
    return client


def attach(client: TestClient, name: str, body: bytes):
    fields = {"token": client.headers["X-CSRF-Token"], "number": NUMBER}
    return client.post("/case/attach", data=fields, files={"file": (name, body)})


def packed(*names: str) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as file:
        for name in names:
            file.writestr(name, b"0" * 1000)
    return buffer.getvalue()


def listed(count: int) -> bytes:
    """Return a zip file that is a list of names and nothing else."""
    entry = struct.pack(
        "<4s4B4HL2L5H2L", b"PK\1\2", 20, 0, 20, *[0] * 8, 18, *[0] * 6
    )  # fmt: skip
    names = (entry + b"word/document.xml ") * count
    start = b"PK\3\4".ljust(104, b"\0")
    few = count & 0xFFFF
    end = struct.pack(
        "<4s4H2LH", b"PK\5\6", 0, 0, few, few, len(names), len(start), 0
    )  # fmt: skip
    return start + names + end


def test_what_is_packed_is_never_unpacked(
    lan: TestClient, context: ConsoleContext
) -> None:
    """Whoever unpacked this one would stumble over its broken contents."""
    bomb = packed("word/document.xml").replace(b"0", b"1")
    with ZipFile(BytesIO(bomb)) as file, pytest.raises((BadZipFile, zlib.error)):
        file.read("word/document.xml")
    assert attach(lan, "thu.docx", bomb).status_code == 303
    (kept,) = context.casework.whole_case(NUMBER).files
    assert (kept.size, kept.media_type) == (len(bomb), WORD)
    assert lan.get(f"/case/file?id={kept.id}").content == bomb


def test_a_zip_file_of_a_later_format_is_of_no_known_kind() -> None:
    body = bytearray(packed("word/document.xml"))
    needed = body.index(b"PK\1\2") + 6
    assert sniffed_paper(bytes(body)) == WORD
    body[needed] = 99
    with pytest.raises(NotImplementedError):
        ZipFile(BytesIO(body))
    assert sniffed_paper(bytes(body)) == ""


def _unread(_: object) -> None:
    pytest.fail("the list was read")


@pytest.mark.parametrize(
    "disguise",
    [
        lambda body: body,
        # A second end that lies, before or after the first.
        lambda body: body[:104] + packed("a")[-22:] + body[104:],
        lambda body: body + packed("word/document.xml")[-22:],
        # The place of an end for huge files, which overrules the plain one.
        lambda body: body[:-22] + b"PK\6\7" + bytes(16) + body[-22:],
    ],
)
def test_a_list_of_a_hundred_thousand_names_is_not_read(
    disguise: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    body = disguise(listed(100_000))
    with monkeypatch.context() as patched:
        patched.setattr("intake.attachments.ZipFile", _unread)
        assert sniffed_paper(body) == ""
    assert len(listed(2000)) < LONGEST_LIST
    assert sniffed_paper(packed("word/document.xml", *map(str, range(1500)))) == WORD


def test_a_file_of_one_byte_too_many_is_refused(
    lan: TestClient, context: ConsoleContext
) -> None:
    answer = attach(lan, "to.pdf", PDF.ljust(LARGEST + 1))
    assert answer.status_code == 422
    assert "lớn quá 10 MB" in answer.text
    assert attach(lan, "vua.pdf", PDF.ljust(LARGEST)).status_code == 303
    assert [f.name for f in context.casework.whole_case(NUMBER).files] == ["vua.pdf"]


NAMES = {
    "../../etc/passwd": "passwd.pdf",
    "C:\\Windows\\..\\x.exe": "x.exe.pdf",
    "..": "tep.pdf",
    "/": "tep.pdf",
    "a\r\nSet-Cookie: x=1.pdf": "a_0D_0ASet-Cookie_ x_1.pdf",
    '"; filename=x.html': "_22_ filename_x.html.pdf",
    "%2e%2e%2fx.pdf": "_2e_2e_2fx.pdf",
    "báo cáo số 12.PDF": "báo cáo số 12.pdf",
}


def test_a_name_is_neither_path_nor_header(
    lan: TestClient, context: ConsoleContext
) -> None:
    for name in NAMES:
        assert attach(lan, name, PDF).status_code == 303
    files = context.casework.whole_case(NUMBER).files
    assert [file.name for file in files] == list(NAMES.values())
    page = lan.get(f"/case?number={NUMBER}").text
    for file in files:
        got = lan.get(f"/case/file?id={file.id}")
        assert got.headers["x-content-type-options"] == "nosniff"
        said = got.headers["content-disposition"]
        assert said.startswith("attachment; filename*=UTF-8''")
        assert not set('"\r\n/\\') & set(said)
        assert "set-cookie" not in got.headers
        assert f"<code>{file.sha256}</code>" in page
