"""A mailbox of reports, by IMAP over TLS.

A mail is marked or moved only after its report is durable. A kill in between leaves it
unread, and the next look finds its Message-ID known: each is taken in exactly once.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from domain.clock import Clock
from domain.errors import ConfigurationError, QuarantineError, RetryLaterError
from domain.ids import SourceId
from intake.mail import LARGEST_MAIL, report_of_mail
from intake.report import Fate, Take

_log = structlog.get_logger(__name__)

MOST_MAILS = 200
"""Mails of one look: more would outlast the job's lease."""

_SECONDS = 30.0
_LATER = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxOptions:
    """Where the mailbox is. `done_folder` empty: mail is marked as read instead."""

    host: str
    user: str
    password: str = field(repr=False)
    port: int = 993
    starttls: bool = False
    ca_file: Path | None = None
    folder: str = "INBOX"
    done_folder: str = ""
    refused_folder: str = "Refused"


@dataclass(slots=True)
class InboxLook:
    """What one look at the mailbox brought."""

    new: int = 0
    known: int = 0
    refused: int = 0


class Inbox:
    """Reads what is unread."""

    def __init__(self, options: MailboxOptions, clock: Clock) -> None:
        self._options, self._clock = options, clock

    def look(self, take: Take, channel: SourceId, outlet: str) -> InboxLook:
        """Take unread mail in, oldest first.

        Raises `RetryLaterError` where server or stores are out of reach and
        `ConfigurationError` where the server refuses us; what was not yet durable is
        unread still.
        """
        found = InboxLook()
        with self._mailbox() as box:
            unread = sorted(box.search(["UNSEEN", "UNDELETED"]))[:MOST_MAILS]
            sizes = box.fetch(unread, ["RFC822.SIZE"]) if unread else {}
            for uid in unread:
                if sizes[uid][b"RFC822.SIZE"] > LARGEST_MAIL:
                    self._refuse(box, uid, "mail_size", found)
                else:
                    self._one(box, uid, take, (channel, outlet), found)
        return found

    def _one(
        self,
        box: IMAPClient,
        uid: int,
        take: Take,
        about: tuple[SourceId, str],
        found: InboxLook,
    ) -> None:
        held = box.fetch([uid], ["BODY.PEEK[]"]).get(uid)
        if held is None:
            return  # somebody else took it away meanwhile
        try:
            report = report_of_mail(held[b"BODY[]"], *about, self._clock.now())
        except QuarantineError as error:
            self._refuse(box, uid, error.reason, found)
            return
        (accepted,) = take([report])
        if accepted.fate is Fate.CHANGED:
            # Its Message-ID is another mail's: nothing of it was taken in.
            self._refuse(box, uid, "id_used", found)
            return
        found.new += accepted.fate is Fate.NEW
        found.known += accepted.fate is not Fate.NEW
        if self._options.done_folder:
            _move(box, uid, self._options.done_folder)
        else:
            box.add_flags([uid], [rb"\Seen"])

    def _refuse(self, box: IMAPClient, uid: int, why: str, found: InboxLook) -> None:
        _log.warning("mail_refused", uid=uid, reason=why)
        found.refused += 1
        try:
            _move(box, uid, self._options.refused_folder)
        except IMAPClientError as error:
            # It must not stand before all others for ever. A connection that is gone
            # raises here once more.
            _log.warning("mail_not_put_aside", uid=uid, problem=str(error))
            box.add_flags([uid], [rb"\Seen"])

    @contextmanager
    def _mailbox(self) -> Iterator[IMAPClient]:
        try:
            with self._connected() as box:
                box.select_folder(self._options.folder)
                yield box
        except LoginError as error:
            raise ConfigurationError(
                "The mailbox refuses account or password.",
                hint="Look at imap_user and imap_password.",
            ) from error
        except ssl.SSLError as error:
            raise ConfigurationError(
                f"The mailbox cannot be trusted: {error.reason}.",
                hint="Look at imap_host, imap_tls and imap_ca_file.",
            ) from error
        except (OSError, IMAPClientError) as error:
            raise RetryLaterError(
                f"The mailbox is out of reach: {error}.", retry_after=_LATER
            ) from error

    @contextmanager
    def _connected(self) -> Iterator[IMAPClient]:
        known = self._options
        trust = ssl.create_default_context(cafile=known.ca_file)
        box = IMAPClient(
            known.host,
            known.port,
            ssl=not known.starttls,
            ssl_context=None if known.starttls else trust,
            timeout=_SECONDS,
        )
        try:
            if known.starttls:
                box.starttls(trust)
            box.login(known.user, known.password)
            yield box
        finally:
            with suppress(OSError):  # it may be broken already, which was said
                box.shutdown()


def _move(box: IMAPClient, uid: int, folder: str) -> None:
    """Move a mail; where the server cannot, copy it and mark the first as deleted."""
    if not box.folder_exists(folder):
        box.create_folder(folder)
    if box.has_capability("MOVE"):
        box.move([uid], folder)
        return
    box.copy([uid], folder)
    box.delete_messages([uid])
    if box.has_capability("UIDPLUS"):
        box.uid_expunge([uid])
