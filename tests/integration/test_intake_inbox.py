"""Mail to reports, from a real IMAP server over TLS into stores."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from email.message import EmailMessage

import pytest

from crawlers.deps import CrawlDeps
from crawlers.frontier.memory import MemoryFrontier
from crawlers.reports import ReportDesk
from domain.clock import ManualClock
from domain.errors import ConfigurationError, RetryLaterError
from domain.events import PostSeen
from domain.ids import SourceId
from eventlog.adapters.memory import MemoryEventLog
from eventlog.codec import decode_event
from eventlog.port import LogTopic
from evidence.adapters.memory import MemoryEvidence
from intake import inbox as inbox_module
from intake.inbox import Inbox, InboxLook, MailboxOptions
from intake.report import Accepted, Report, Take
from support_mail import empty, mailbox, opened

CHANNEL = SourceId("email")
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailboxOptions]:
    with mailbox(tmp_path_factory.mktemp("mail")) as options:
        yield options


class Office:
    """A mailbox and the stores that its mail goes to."""

    def __init__(self, options: MailboxOptions) -> None:
        self.options = options
        self.log, self.evidence = MemoryEventLog(), MemoryEvidence()
        self.clock = ManualClock()
        self.desk = ReportDesk(
            CrawlDeps(
                event_log=self.log,
                evidence=self.evidence,
                frontier=MemoryFrontier(),
                clock=self.clock,
                pseudonym_key=b"k",
                user_agent="local",
            )
        )

    def put(self, text: str | bytes, name: str = "1", **heads: str) -> None:
        raw = text if isinstance(text, bytes) else _mail(text, name, **heads)
        with opened(self.options) as client:
            client.append("INBOX", raw)

    def look(self, take: Take | None = None) -> InboxLook:
        reader = Inbox(self.options, self.clock)
        return reader.look(take or self.desk, CHANNEL, "Hộp thư")

    def posts(self) -> list[PostSeen]:
        found = []
        for partition in self.log.ends(LogTopic.POSTS):
            for record in self.log.read(LogTopic.POSTS, partition, 0, 100):
                event = decode_event(record.value or b"")
                assert isinstance(event, PostSeen)
                found.append(event)
        return found

    def unread(self, folder: str = "INBOX") -> int:
        with opened(self.options) as client:
            client.select_folder(folder)
            return len(client.search(["UNSEEN"]))

    def held(self, folder: str) -> int:
        with opened(self.options) as client:
            if not client.folder_exists(folder):
                return 0
            client.select_folder(folder)
            return len(client.search(["ALL"]))


def _mail(text: str, name: str, **heads: str) -> bytes:
    mail = EmailMessage()
    mail["From"] = "Lò Thị Hoa <hoa@dan.example.vn>"
    mail["To"] = "phananh@so.example.vn"
    mail["Subject"] = heads.get("subject", "Phản ánh đường hỏng")
    mail["Date"] = "Sun, 22 Nov 2026 08:00:00 +0700"
    mail["Message-ID"] = f"<{name}@dan.example.vn>"
    mail.set_content(text)
    if "picture" in heads:
        mail.add_attachment(
            PNG, maintype="image", subtype="png", filename=heads["picture"]
        )
    return bytes(mail)


@pytest.fixture
def office(server: MailboxOptions) -> Office:
    empty(server)
    return Office(server)


def test_mail_is_taken_in_once_marked_and_masked(office: Office) -> None:
    text = (
        "Đường vào bản hỏng, tôi là Lò Thị Hoa.\n\n"
        "Vào 20:00 CN, 22 thg 11, 2026 Sở đã viết:\n> Chào bà\n"
    )
    office.put(text, picture="../../anh.png")
    assert office.look() == InboxLook(new=1)
    (event,) = office.posts()
    post = event.post
    assert post.title == "Phản ánh đường hỏng"
    assert post.text.startswith("Đường vào bản hỏng, tôi là ••")
    assert "Chào bà" not in post.text
    assert len(post.media) == 1
    assert post.evidence is not None
    for clear in ("Hoa", "dan.example"):
        assert clear not in str(event)
    kept = office.evidence.get(post.evidence)
    assert b"hoa@dan.example.vn" in kept.body
    assert office.unread() == 0
    assert office.look() == InboxLook()


def test_the_same_message_twice_is_one_report(office: Office) -> None:
    office.put("Cầu hỏng", "a")
    office.put("Cầu hỏng", "a")
    assert office.look() == InboxLook(new=1, known=1)
    assert len(office.posts()) == 1
    assert office.unread() == 0


def test_another_mail_under_a_known_id_is_put_aside_and_not_lost(
    office: Office,
) -> None:
    aside = office.held(office.options.refused_folder)
    office.put("Đường vào bản hỏng ba tuần nay.")
    office.look()
    office.put("Trạm y tế xã đóng cửa cả tuần.")
    look = office.look()
    assert (look.new, look.known, look.refused) == (0, 0, 1)
    assert office.held(office.options.refused_folder) == aside + 1
    assert office.unread() == 0


def test_where_nothing_can_be_put_aside_later_mail_is_read_all_the_same(
    office: Office,
) -> None:
    office.put("Cầu treo bị đứt cáp")
    office.look()
    office.put("Một thư khác dưới tên cũ")
    office.put("Điện mất hai ngày", "sau")
    office.options = replace(office.options, refused_folder="")
    look = office.look()
    assert (look.new, look.refused) == (1, 1)
    assert office.unread() == 0


def test_a_kill_between_log_and_mark_doubles_nothing(office: Office) -> None:
    office.put("Nước ngập", "b")

    def killed(reports: Sequence[Report]) -> Sequence[Accepted]:
        office.desk(reports)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        office.look(killed)
    assert office.unread() == 1
    assert office.look() == InboxLook(known=1)
    assert len(office.posts()) == 1
    assert office.unread() == 0


def test_while_the_log_is_away_mail_stays_unread(office: Office) -> None:
    office.put("Nước ngập", "c")

    def away(_reports: Sequence[Report]) -> Sequence[Accepted]:
        raise RetryLaterError("The log is away.")

    with pytest.raises(RetryLaterError):
        office.look(away)
    assert office.unread() == 1


def test_mail_is_moved_where_a_folder_is_named(office: Office) -> None:
    office.options = replace(office.options, done_folder="Đã nhận")
    office.put("Đèn đường tắt", "d")
    assert office.look() == InboxLook(new=1)
    assert office.held("INBOX") == 0
    assert office.held("Đã nhận") == 1


def test_what_is_too_large_or_says_nothing_is_put_aside(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox_module, "LARGEST_MAIL", 2_000)
    before = office.held("Refused")
    office.put("a" * 3_000, "e")
    office.put(b"From: x@example.vn\r\n\r\n\r\n")
    office.put("Còn đây là phản ánh", "f")
    assert office.look() == InboxLook(new=1, refused=2)
    assert office.held("Refused") == before + 2
    assert office.unread() == 0


def test_refusals_of_the_server_are_named_and_the_password_is_not(
    office: Office,
) -> None:
    office.options = replace(office.options, password="khong-phai")
    assert "khong-phai" not in repr(office.options)
    with pytest.raises(ConfigurationError, match="refuses account") as caught:
        office.look()
    assert "khong-phai" not in str(caught.value)


def test_a_server_of_another_authority_gets_no_password(office: Office) -> None:
    office.options = replace(office.options, ca_file=None)
    with pytest.raises(ConfigurationError, match="cannot be trusted"):
        office.look()


def test_no_server_is_a_wait(office: Office) -> None:
    office.options = replace(office.options, port=1)
    with pytest.raises(RetryLaterError, match="out of reach"):
        office.look()
