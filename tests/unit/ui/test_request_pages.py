"""The desk of people's requests: from a letter to its answer, by forms."""

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from casework.model import Decision
from domain.ids import PostId
from domain.labels import Harm, Role, Verdict
from e2e.console_world import HOSTILE, PASSWORD
from ui.context import ConsoleContext

SignedIn = Callable[[str], TestClient]
NUMBER = "YC-2026-000001"
POST = "test:wave-0"


@pytest.fixture
def hoa(signed_in: SignedIn) -> TestClient:
    return signed_in("hoa")


@pytest.fixture
def admin(signed_in: SignedIn) -> TestClient:
    return signed_in("admin")


def page(client: TestClient, **query: str) -> str:
    return client.get("/request", params={"number": NUMBER} | query).text


def send(client: TestClient, act: str, **fields: str):
    shown = page(client)
    _, _, rest = shown.partition('name="revision" value="')
    token = client.headers["X-CSRF-Token"]
    known = {"token": token, "number": NUMBER, "revision": rest.partition('"')[0]}
    return client.post(f"/request/{act}", data=known | fields)


def received(client: TestClient, kind: str = "erase", **more: str):
    fields = {"kind": kind, "who": "Lò Văn A", "contact": "bản X, xã Y"}
    fields |= {"wanted": "Xoá bài nói về tôi", "received": "2026-11-20T08:00"}
    answer = send(client, "receive", **(fields | more))
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == f"/request?number={NUMBER}&told=yes"


def quote(context: ConsoleContext) -> str:
    known = context.index.reader().get([PostId(POST)])
    return " ".join(known[PostId(POST)].post.whole_text.split()[:7])


def test_from_a_letter_to_an_order_to_erase(
    hoa: TestClient, admin: TestClient, context: ConsoleContext
) -> None:
    received(hoa)
    shown = page(hoa)
    assert "Trả lời yêu cầu của chủ thể dữ liệu cá nhân" in shown
    assert "25/11/2026" in shown  # the 24th is a day off
    found = page(hoa, look=quote(context).upper())
    assert f'value="{POST}"' in found
    assert "0900 000 444" not in found  # masked, as on the desk
    assert send(hoa, "find", post1=POST).status_code == 303
    assert send(hoa, "reply").status_code == 303
    assessed = send(hoa, "assess", outcome="erased", reason="Đúng là bài của đương sự")
    assert assessed.status_code == 303
    assert send(hoa, "order", sure="yes").status_code == 403
    assert "Lò Văn A" not in page(admin)
    assert "Lò Văn A" not in admin.get("/requests").text
    number = {"number": NUMBER}
    assert admin.get("/request/letter", params=number).status_code == 403
    assert send(admin, "order").status_code == 422
    assert send(admin, "order", sure="yes").status_code == 303
    (ordered,) = context.casework.erasures_ordered()
    assert list(ordered.posts) == [POST]
    assert "đang chờ hệ thống thực hiện" in page(hoa)


def test_a_name_is_not_looked_for(hoa: TestClient) -> None:
    received(hoa)
    shown = page(hoa, look="Nguyễn Thị Minh Khai")
    assert "không tìm theo tên người" in shown
    assert 'type="checkbox"' not in shown
    nothing = page(hoa, look="không có bài nào nói như thế này cả")
    assert "Không tìm thấy bài nào." in nothing


def test_a_post_is_found_by_its_address(
    hoa: TestClient, context: ConsoleContext
) -> None:
    received(hoa)
    door = context.intake
    assert door is not None
    object.__setattr__(door, "known_at", {"https://x.example/1": POST}.get)
    assert f'value="{POST}"' in page(hoa, look="https://x.example/1")
    assert "Không tìm thấy bài nào." in page(hoa, look="https://x.example/2")


def test_the_letter_marks_what_is_missing(hoa: TestClient) -> None:
    received(hoa, who=HOSTILE)
    letter = hoa.get("/request/letter", params={"number": NUMBER}).text
    for gap in ("kết quả giải quyết", "lý do", "cơ quan cấp trên"):
        assert f"[cần bổ sung: {gap}]" in letter
    assert "Luật 91/2025/QH15" in letter
    assert "<script>document" not in letter + page(hoa) + hoa.get("/requests").text
    assert "Số: ……/……" in letter
    assert send(hoa, "find").status_code == 303
    refused = send(hoa, "assess", outcome="erased", reason="Giữ lại chữ đã gõ")
    assert refused.status_code == 422
    assert "Giữ lại chữ đã gõ" in refused.text
    said = {"outcome": "nothing_kept", "reason": "Không lưu bài nào"}
    assert send(hoa, "assess", **said).status_code == 303
    assert send(hoa, "act", done="Đã tra cứu").status_code == 303
    assert send(hoa, "answer", answer="Kính gửi Ông/Bà").status_code == 303
    letter = hoa.get("/request/letter", params={"number": NUMBER}).text
    assert "không tìm thấy dữ liệu nào" in letter
    assert "Kính gửi Ông/Bà" in letter
    assert NUMBER in hoa.get("/requests?answered=yes").text
    assert NUMBER not in hoa.get("/requests").text
    trail = page(hoa)
    for step in ("Nhập yêu cầu về dữ liệu", "Đánh giá yêu cầu", "Trả lời yêu cầu"):
        assert step in trail


def test_an_objection_is_settled_by_another(
    hoa: TestClient, signed_in: SignedIn, context: ConsoleContext
) -> None:
    context.casework.create_account(
        "cli",
        name="duong",
        display="Dương",
        role=Role.SENIOR,
        password=PASSWORD,
        must_change=False,
    )
    received(hoa, "objection")
    assert send(hoa, "find", post1=POST).status_code == 303
    accounts = context.casework.accounts()
    lan = next(one for one in accounts if one.name == "lan")
    revision = context.index.reader().get([PostId(POST)])[PostId(POST)].post.revision
    flagged = Decision(
        post_id=PostId(POST),
        revision=revision,
        verdict=Verdict.HARMFUL,
        harm=Harm.GAMBLING_CREDIT,
    )
    context.casework.decide(lan, flagged)
    own = send(hoa, "settle", verdict="no_issue", reason="Là góp ý")
    assert own.status_code == 409
    assert "người khác xem xét" in own.text
    second = signed_in("duong")
    settled = send(second, "settle", verdict="legitimate_criticism", reason="Là góp ý")
    assert settled.status_code == 303
    _, decided = context.casework.history(PostId(POST))
    assert decided.decision.verdict is Verdict.LEGITIMATE_CRITICISM
    assert "Chấp nhận phản đối" in page(hoa)


def test_an_old_page_and_a_forged_form_change_nothing(hoa: TestClient) -> None:
    received(hoa)
    assert send(hoa, "find", revision="9").status_code == 409
    assert send(hoa, "find", revision="x").status_code == 422
    assert send(hoa, "find", token="x").status_code == 400
    assert hoa.get("/request", params={"number": "YC-1"}).status_code == 404
    bad = send(hoa, "receive", kind="erase", who=" ", contact="x", wanted="y")
    assert bad.status_code == 422
