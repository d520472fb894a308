"""Small rules: pseudonyms, content hashes, addresses, counts."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crawlers.addresses import is_allowed, networks_of
from crawlers.fingerprint import changed_fields, content_hash
from crawlers.pseudonym import pseudonym
from crawlers.tally import Tally
from domain.ids import PostId, SourceId
from domain.labels import PostKind
from domain.post import Counts, Post

NOW = datetime(2026, 3, 7, tzinfo=UTC)
POST = Post(
    id=PostId("a"),
    revision=1,
    source=SourceId("s"),
    kind=PostKind.POST,
    url="https://a.vn/",
    fetched=NOW,
    title="T",
    lead="L",
    text="một  hai\nba",
)


def test_a_pseudonym_hides_the_handle_and_depends_on_key_and_platform() -> None:
    first = pseudonym(b"k", "dd.vn", "thanhvien_1")
    assert first == pseudonym(b"k", "dd.vn", " thanhvien_1 ")
    others = {
        pseudonym(b"k2", "dd.vn", "thanhvien_1"),
        pseudonym(b"k", "khac.vn", "thanhvien_1"),
        pseudonym(b"k", "dd.vn", "thanhvien_2"),
    }
    assert first not in others
    assert len(others) == 3
    assert "thanhvien" not in str(first)
    assert pseudonym(b"k", "dd.vn", "  ") is None


def test_the_content_hash_ignores_what_changes_by_itself() -> None:
    digest = content_hash(POST)
    same = replace(
        POST,
        text="một hai ba",
        published=NOW,
        modified=NOW,
        links=("https://qc.vn/",),
        media=("https://a.vn/x.jpg",),
        counts=Counts(views=9),
    )
    assert content_hash(same) == digest


@pytest.mark.parametrize("name", ["title", "lead", "text"])
def test_the_content_hash_names_what_changed(name: str) -> None:
    other = replace(POST, **{name: "khác"})  # type: ignore[arg-type]
    assert changed_fields(content_hash(POST), content_hash(other)) == (name,)


def test_a_hash_of_another_making_changes_everything() -> None:
    assert changed_fields("old", content_hash(POST)) == ("title", "lead", "text")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - an address to refuse
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "2002:7f00:1::",
    ],
)
def test_no_private_address_is_allowed(address: str) -> None:
    assert not is_allowed(address, ())


def test_public_addresses_and_allowed_networks() -> None:
    assert is_allowed("8.8.8.8", ())
    assert is_allowed("2606:4700::1111", ())
    allowed = networks_of(["127.0.0.0/8", "10.9.0.0/16"])
    assert is_allowed("127.0.0.11", allowed)
    assert is_allowed("::ffff:127.0.0.1", allowed)
    assert not is_allowed("10.8.0.1", allowed)
    with pytest.raises(ValueError, match="does not appear"):
        is_allowed("localhost", allowed)


def test_a_tally_keeps_errors_and_what_was_left_out_apart() -> None:
    tally = Tally(source=SourceId("s"), started=NOW)
    for code in ("timeout", "timeout", "robots", "not_text"):
        tally.fail(code)
    tally.read(POST)
    run = tally.run(NOW)
    assert run.errors == {"timeout": 2}
    assert run.message == "not_text: 1; robots: 1"
    assert (run.pages, run.with_title, run.with_date, run.with_text) == (1, 1, 0, 1)
    assert (run.refused, run.with_author, run.letters) == (1, 0, len(POST.text))
    assert not run.failed
