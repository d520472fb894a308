"""A real IMAP server in a process of its own, on loopback with TLS."""

import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from imapclient import IMAPClient

from intake.inbox import MailboxOptions
from support_engines.certificates import make

USER, PASSWORD = "phananh", "mat-khau-hop-thu"


@contextmanager
def mailbox(folder: Path) -> Iterator[MailboxOptions]:
    """Start the server; give what a client needs."""
    found = make(folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["--host", "127.0.0.1", "--port", str(port)]
    words += ["--cert", str(found.keystore), "--key", str(found.keystore)]
    words += ["--no-service", "admin", "--no-service", "managesieve"]
    words += ["dict", "--demo-user", USER, "--demo-password", PASSWORD, "--demo-data"]
    with (folder / "imap.log").open("w") as log:
        process = subprocess.Popen(
            [Path(sys.executable).with_name("pymap"), *words], stdout=log, stderr=log
        )
        try:
            _wait(port, process, folder / "imap.log")
            yield MailboxOptions(
                host="localhost",
                port=port,
                starttls=True,
                ca_file=found.ca,
                user=USER,
                password=PASSWORD,
            )
        finally:
            process.terminate()
            process.wait(10)


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(log.read_text())
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("the mail server did not answer")


@contextmanager
def opened(options: MailboxOptions) -> Iterator[IMAPClient]:
    """Sign in as somebody who puts mail in and looks at it."""
    trust = ssl.create_default_context(cafile=options.ca_file)
    with IMAPClient(options.host, options.port, ssl=False) as client:
        client.starttls(trust)
        client.login(options.user, options.password)
        yield client


def empty(options: MailboxOptions) -> None:
    """Mark as read what the server begins with."""
    with opened(options) as client:
        client.select_folder("INBOX")
        if old := client.search(["ALL"]):
            client.delete_messages(old)
            client.expunge()
