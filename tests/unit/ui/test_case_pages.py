"""The pages of cases: forms, what is refused, hostile titles and files."""

import asyncio
import re
from collections.abc import Callable
from io import BytesIO
from zipfile import ZipFile

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from casework.case_model import CaseKind, NewCase
from domain.errors import QuarantineError
from domain.ids import PostId
from e2e.console_world import HOSTILE
from ui.case_files import LARGEST_FORM, form_with_file
from ui.context import ConsoleContext
from ui.wording import wording

SignedIn = Callable[[str], TestClient]
PDF = b"%PDF-1.7\nmot hai ba"
NUMBER = "2026-000001"


@pytest.fixture
def lan(signed_in: SignedIn) -> TestClient:
    return signed_in("lan")


def send(client: TestClient, act: str, **fields: str):
    fields = {"token": client.headers["X-CSRF-Token"], "number": NUMBER} | fields
    return client.post(f"/case/{act}", data=fields)


def opened(client: TestClient, title: str = "Cầu treo hỏng", **more: str) -> str:
    fields = {"title": title, "kind": "harm", "owner": ""} | more
    answer = send(client, "new", **fields)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_a_post_becomes_a_case_and_says_so(lan: TestClient) -> None:
    post = "test:wave-0"
    page = lan.get("/case/new", params={"post": post}).text
    assert "300 nghìn" in page
    assert "0900 000 444" not in page  # masked, as on the desk
    assert opened(lan, post=post) == f"/case?number={NUMBER}&told=new"
    case = lan.get("/case", params={"number": NUMBER}).text
    assert "Đã lập hồ sơ." in lan.get(f"/case?number={NUMBER}&told=new").text
    assert "Cầu treo hỏng" in case
    assert "300 nghìn" in case
    assert lan.get("/api/post", params={"id": post}).json()["cases"] == [
        {
            "number": NUMBER,
            "title": "Cầu treo hỏng",
            "link": f"/case?number={NUMBER}",
        }
    ]
    assert "đã có bài này" in lan.get("/case/new", params={"post": post}).text
    other = lan.get("/case/new", params={"post": "test:wave-1"}).text
    assert NUMBER in other
    assert "đã có bài này" not in other
    added = send(lan, "add", post="test:wave-1")
    assert added.headers["location"].startswith(f"/case?number={NUMBER}")


def test_a_hostile_title_stays_text(lan: TestClient) -> None:
    opened(lan, title=HOSTILE, post="test:hostile")
    send(lan, "note", note=HOSTILE)
    send(lan, "task", text=HOSTILE)
    for page in ("/cases", f"/case?number={NUMBER}", "/case/new?post=test:hostile"):
        text = lan.get(page).text
        assert "<script>document" not in text
        assert "<img src=x" not in text
    assert "&lt;script&gt;" in lan.get("/cases").text


def test_the_lists_filter_is_its_address(lan: TestClient) -> None:
    opened(lan, title="Tin đồn vỡ đập", kind="rumour")
    opened(lan, title="Báo hỏi về đường", kind="press")
    assert "vỡ đập" not in lan.get("/cases?kind=press").text
    assert "vỡ đập" in lan.get("/cases?q=vo dap").text
    assert "đường" not in lan.get("/cases?q=000001").text.partition("<table")[2]
    assert "Không có hồ sơ nào" in lan.get("/cases?owner=me&status=closed").text
    assert lan.get("/cases?kind=x&status=y&due=z&owner=w&q=%00").status_code == 200


def test_an_old_page_does_not_overwrite(lan: TestClient, signed_in: SignedIn) -> None:
    opened(lan)
    edit = {"revision": "1", "kind": "harm", "owner": ""}
    assert send(lan, "edit", title="Tên một", **edit).status_code == 303
    late = send(signed_in("minh"), "edit", title="Tên hai", **edit)
    assert late.status_code == 409
    assert "vừa được người khác thay đổi" in late.text
    assert "Tên một" in lan.get(f"/case?number={NUMBER}").text


def test_tasks_and_clocks_by_forms(lan: TestClient) -> None:
    opened(lan)
    assert send(lan, "task", text="Gọi xã", due="2026-11-24T08:00").status_code == 303
    assert send(lan, "task-done", task="1").status_code == 303
    assert send(lan, "task-done", task="1").status_code == 409
    rule = {"rule": "answer-forwarded-opinion"}
    future = send(lan, "clock", trigger="2027-01-01T08:00", **rule)
    assert future.status_code == 422
    assert send(lan, "clock", trigger="2026-11-20T16:00", **rule).status_code == 303
    assert "14/12/2026 23:59 · còn 21 ngày" in lan.get(f"/case?number={NUMBER}").text
    waiting = {"clock": "1", "revision": "1", "waiting": "Sở Y tế"}
    assert send(lan, "wait", **waiting).status_code == 303
    page = lan.get(f"/case?number={NUMBER}").text
    assert "14/12/2026 23:59 · còn 21 ngày" in page
    assert "Đang chờ: Sở Y tế" in page
    assert "Xong việc: Gọi xã" in page
    none = {"clock": "1", "revision": "2", "waiting": " "}
    assert send(lan, "wait", **none).status_code == 303
    assert "Không còn chờ: " in lan.get(f"/case?number={NUMBER}").text
    assert send(lan, "withdraw", clock="1", reason="nhầm").status_code == 303
    for act in ("task-done", "wait", "met", "withdraw", "post-remove"):
        bad = send(lan, act, clock="x", task="9" * 30, link="-1", revision="1")
        assert bad.status_code == 422, act


def test_closing_is_for_who_may_and_needs_a_reason(
    lan: TestClient, signed_in: SignedIn
) -> None:
    opened(lan)
    assert send(lan, "move", revision="1", status="settled").status_code == 409
    assert send(lan, "move", revision="1", status="working").status_code == 303
    hoa, closing = signed_in("hoa"), {"revision": "2", "status": "closed"}
    assert send(lan, "move", reason="trùng", **closing).status_code == 403
    bare = send(hoa, "move", **closing)
    assert bare.status_code == 422
    assert "Cần ghi lý do khi đóng hồ sơ" in bare.text
    assert send(hoa, "move", reason="trùng tin", **closing).status_code == 303
    page = hoa.get(f"/case?number={NUMBER}").text
    assert "đang xử lý → đã đóng – trùng tin" in page
    assert "Mở lại hồ sơ" in page
    assert 'action="/case/task"' not in page
    assert 'action="/case/note"' in page
    assert "Mở lại hồ sơ" not in lan.get(f"/case?number={NUMBER}").text
    assert attach(lan, "a.pdf", PDF).status_code == 409


def test_merge_and_part_are_for_who_may(lan: TestClient, signed_in: SignedIn) -> None:
    opened(lan)
    opened(lan, title="Trùng")
    merge = {"number": "2026-000002", "into": NUMBER, "revision": "1"}
    assert send(lan, "merge", **merge).status_code == 403
    hoa = signed_in("hoa")
    assert (
        send(hoa, "merge", **merge)
        .headers["location"]
        .startswith(f"/case?number={NUMBER}")
    )
    led = lan.get("/case?number=2026-000002")
    assert led.status_code == 303
    assert led.headers["location"] == f"/case?number={NUMBER}&from=2026-000002"
    page = lan.get(led.headers["location"]).text
    assert "Hồ sơ số 2026-000002 đã gộp vào hồ sơ này" in page
    assert "đã gộp vào hồ sơ này" not in lan.get(f"/case?number={NUMBER}&from=x").text
    assert send(hoa, "part", part="2026-000002", revision="2").status_code == 303
    assert "đã gộp vào" not in lan.get("/case?number=2026-000002").text


def attach(client: TestClient, name: str, body: bytes):
    fields = {"token": client.headers["X-CSRF-Token"], "number": NUMBER}
    return client.post("/case/attach", data=fields, files={"file": (name, body)})


def test_a_file_is_hashed_and_only_ever_downloaded(
    lan: TestClient, signed_in: SignedIn, context: ConsoleContext
) -> None:
    opened(lan)
    name = "../../etc/<b>công văn</b>\u202efdp.exe"
    assert attach(lan, name, PDF).status_code == 303
    (file,) = context.casework.whole_case(NUMBER).files
    assert not set("/\\<>\u202e") & set(file.name)
    assert file.name.endswith(".pdf")
    assert file.sha256 in lan.get(f"/case?number={NUMBER}").text
    got = lan.get(f"/case/file?id={file.id}")
    assert got.content == PDF
    assert got.headers["content-disposition"].startswith("attachment;")
    assert got.headers["content-type"] == "application/octet-stream"
    assert "sandbox" in got.headers["content-security-policy"]
    assert context.casework.files_of_cases() == {file.evidence}
    assert signed_in("thanh").get(f"/case/file?id={file.id}").status_code == 403
    assert lan.get("/case/file?id=99").status_code == 404
    assert lan.get("/case/file?id=../1").status_code == 404
    acts = [row.act for row in context.casework.audit(limit=1000)]
    assert acts.count("case.file_read") == 1


def office_file(*names: str) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return buffer.getvalue()


def test_a_file_is_told_by_its_bytes(lan: TestClient, context: ConsoleContext) -> None:
    opened(lan)
    for body in (
        b"<html><script>1</script>",
        b"MZ\x90",
        b"PK\x03\x04 broken",
        office_file("a.txt"),
        office_file("word/document.xml", "word/vbaProject.bin"),
    ):
        answer = attach(lan, "cong-van.pdf", body)
        assert answer.status_code == 422
        assert "Chỉ nhận PDF" in answer.text
    assert attach(lan, "a.bin", office_file("word/document.xml")).status_code == 303
    (file,) = context.casework.whole_case(NUMBER).files
    assert file.name == "a.bin.docx"


def test_a_stated_gigabyte_is_refused_unread(lan: TestClient) -> None:
    opened(lan)
    stated = {
        "Content-Type": "multipart/form-data; boundary=x",
        "Content-Length": str(10**9),
    }
    to = f"/case/attach?number={NUMBER}"
    answer = lan.post(to, content=b"", headers=stated)
    assert answer.status_code == 422
    assert "lớn quá 10 MB" in answer.text


@pytest.mark.parametrize("length", [b"", b"100", b"x"])
def test_a_gigabyte_is_refused_while_it_streams(length: bytes) -> None:
    part = b"%" * 1_000_000
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    sent = 0

    async def receive() -> dict[str, object]:
        nonlocal sent
        sent += 1
        body = head if sent == 1 else part
        return {"type": "http.request", "body": body, "more_body": sent < 1_000}

    headers = [(b"content-type", b"multipart/form-data; boundary=x")]
    headers += [(b"content-length", length)] if length else []
    request = Request({"type": "http", "method": "POST", "headers": headers}, receive)
    with pytest.raises(QuarantineError, match="10 MB"):
        asyncio.run(form_with_file(request, wording("vi")))
    assert sent <= LARGEST_FORM // len(part) + 2


def test_what_is_not_there_is_said(lan: TestClient) -> None:
    missing = lan.get("/case?number=2026-999999")
    assert missing.status_code == 404
    assert "Không có hồ sơ mang số này" in missing.text
    assert 'href="/cases"' in missing.text
    assert lan.get("/case").status_code == 404
    assert lan.get("/case/new?post=none").status_code == 404
    opened(lan)
    wrong = lan.post("/case/note", data={"number": NUMBER, "note": "giữ lại"})
    assert wrong.status_code == 400
    assert "giữ lại" in wrong.text  # what was typed is not lost


def test_both_languages_draw_every_event(
    lan: TestClient, signed_in: SignedIn, context: ConsoleContext
) -> None:
    hoa = next(a for a in context.casework.accounts() if a.name == "hoa")
    new = NewCase(
        kind=CaseKind.PRESS,
        title="Một",
        posts=((PostId("test:wave-0"), 1),),
        owner=hoa.id,
    )
    number = context.casework.open_case(hoa, new).number
    (link,) = context.casework.whole_case(number).posts
    send(lan, "edit", revision="1", title="Hai", kind="harm", owner="")
    send(lan, "post-remove", link=str(link.id))
    send(lan, "clock", rule="answer-press-head", trigger="2026-11-20T16:00")
    send(lan, "met", clock="1", when="2026-11-21T16:00")
    send(lan, "task", text="Gọi", who=hoa.id, due="2026-12-01T08:00")
    attach(lan, "a.pdf", PDF)
    lan.get("/language?to=en&back=/cases")
    page = lan.get(f"/case?number={number}").text
    said = "kind: press → harm; title: «Một» → «Hai»; owner: Giàng Thị Hoa → nobody"
    assert said in page
    assert "Met 21/11/2026 16:00" in page
    assert "A press agency" in page or "press" in page
    assert re.search(r"Attached a\.pdf \(SHA-256 [0-9a-f]{64}\)", page)
