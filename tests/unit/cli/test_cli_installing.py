"""`init`, `accounts`, `doctor`, `rejected`: making an installation and its care."""

import stat
from pathlib import Path

from eventlog.port import LogTopic
from integration.line_support import Line, Rows, events_of, lines_of

PASSWORD = "một mật khẩu thật dài 2026"


def states(rows: Rows) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["check"], set()).add(row["state"])
    return found


def test_init_makes_a_home_and_says_what_to_configure(nothing: Line) -> None:
    said = nothing.done("init", "--profile", "dien-bien")
    assert "crawl_contact" in said
    assert "minhtin accounts add" in said
    key = nothing.home / "secret.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert len(key.read_text(encoding="ascii")) == 64
    assert stat.S_IMODE(nothing.home.stat().st_mode) & 0o077 == 0
    assert 'mode = "office"' in (nothing.home / "minhtin.toml").read_text(
        encoding="utf-8"
    )


def test_init_twice_is_refused_and_keeps_the_key(line: Line) -> None:
    line.done("init")
    key = (line.home / "secret.key").read_bytes()
    said = line.run("init")
    assert said.returncode == 3
    assert "already" in said.stderr
    assert (line.home / "secret.key").read_bytes() == key


def test_init_of_an_unknown_profile_makes_nothing(line: Line, tmp_path: Path) -> None:
    home = tmp_path / "other"
    said = line.run("init", "--profile", "nowhere", "--home", str(home))
    assert said.returncode == 3, said.stderr
    assert "dien-bien" in said.stderr
    assert not home.exists()


def test_without_a_contact_no_site_is_visited(line: Line) -> None:
    line.done("init")
    said = line.run("crawl")
    assert said.returncode == 3
    assert "crawl_contact" in said.stderr


def test_up_without_an_installation_says_so(nothing: Line) -> None:
    said = nothing.run("up")
    assert said.returncode == 3
    assert "minhtin init" in said.stderr


def test_sample_mode_stays_on_loopback(nothing: Line) -> None:
    nothing.extra["HOST"] = "0.0.0.0"  # noqa: S104 - that this is refused is the point
    for arguments in (["up", "--sample"], ["console"]):
        nothing.extra["MODE"] = "sample" if arguments == ["console"] else "office"
        said = nothing.run(*arguments)
        assert said.returncode == 3, said.stderr
        assert "0.0.0.0" in said.stderr  # noqa: S104 - as above
        assert "Traceback" not in said.stderr


def test_a_wrong_setting_is_named(line: Line) -> None:
    line.done("init")
    with (line.home / "minhtin.toml").open("a", encoding="utf-8") as file:
        file.write('colour = "red"\n')
    said = line.run("lag")
    assert said.returncode == 3
    assert "colour" in said.stderr


def test_accounts_are_made_from_standard_input(line: Line) -> None:
    line.done("init")
    add = ("accounts", "add", "lan", "--role", "admin", "--display", "Lò Thị Lan")
    said = line.run(*add, said=PASSWORD + "\n")
    assert said.returncode == 0, said.stderr
    assert PASSWORD not in said.stdout + said.stderr
    assert line.done("accounts", "list").split("\t")[:2] == ["lan", "admin"]
    again = line.run(*add, said=PASSWORD + "\n")
    assert again.returncode == 2
    assert "Traceback" not in again.stderr
    nothing = line.run("accounts", "add", "mai", "--role", "press", said="")
    assert nothing.returncode == 2
    only_admin = line.run("accounts", "disable", "lan")
    assert only_admin.returncode not in {0, 1}
    assert "Traceback" not in only_admin.stderr
    mai = ("accounts", "add", "mai", "--role", "press")
    assert line.run(*mai, said=PASSWORD + "\n").returncode == 0
    line.done("accounts", "disable", "mai")
    assert "(inactive)" in line.done("accounts", "list")
    assert line.run("accounts", "disable", "nobody").returncode == 2
    assert "sound" in line.done("audit", "verify")


def test_accounts_change_close_and_move(line: Line) -> None:
    line.done("init")
    quan = ("accounts", "add", "quan", "--role", "admin", "--own")
    assert line.run(*quan, said=PASSWORD + "\n").returncode == 0
    mai = ("accounts", "add", "mai", "--role", "press")
    assert line.run(*mai, said=PASSWORD + "\n").returncode == 0

    def listed() -> dict[str, list[str]]:
        rows = line.done("accounts", "list").splitlines()
        return {row.split("\t")[0]: row.split("\t")[1:] for row in rows}

    assert listed()["mai"] == ["press", "mai", "(first password)"]
    assert listed()["quan"] == ["admin", "quan"]
    line.done("accounts", "role", "mai", "auditor")
    line.done("accounts", "disable", "mai")
    assert listed()["mai"][::2] == ["auditor", "(inactive)"]
    line.done("accounts", "enable", "mai")
    assert "0 sessions" in line.done("accounts", "sign-out", "mai")
    assert line.run("accounts", "drop-codes", "mai").returncode == 2
    line.done("accounts", "link", "mai", "https://sso.example.vn", "sub-1")
    assert listed()["mai"] == ["auditor", "mai", "(single sign-on)"]
    again = ("accounts", "link", "quan", "https://sso.example.vn", "sub-1")
    assert line.run(*again).returncode == 2
    password = line.run("accounts", "password", "mai", said=PASSWORD + "\n")
    assert password.returncode == 2
    assert "Traceback" not in password.stderr


def test_rejected_are_listed_shown_retried_and_settled(line: Line) -> None:
    line.put(events_of(3, 10))
    with line.log() as log, log.writer() as writer:
        writer.append(LogTopic.POSTS, "thu:bad", b"no event at all")
    line.settle()
    (row,) = lines_of(line.done("rejected", "list", "--json"))
    assert (row["key"], row["stage"]) == ("thu:bad", "worker")
    assert row["reason"] == "not_an_event"
    assert len(line.found()) == 3
    number = row["number"]
    (shown,) = lines_of(line.done("rejected", "show", number))
    assert shown["value"] == "no event at all"
    assert shown["from"].startswith("posts/")
    assert line.run("rejected", "show", "9-999").returncode == 2
    line.done("rejected", "retry", number)
    assert lines_of(line.done("rejected", "list", "--json")) == []
    line.settle()
    (again,) = lines_of(line.done("rejected", "list", "--json"))
    assert (again["key"], again["number"] != number) == ("thu:bad", True)


def test_doctor_of_nothing_says_init_and_makes_nothing(nothing: Line) -> None:
    for _ in range(2):
        said = nothing.run("doctor", "--json")
        assert said.returncode == 3
        assert "minhtin init" in said.stderr
        assert not nothing.home.exists()


def test_doctor_of_a_good_home_finds_nothing_bad(line: Line) -> None:
    line.done("init")
    line.run("accounts", "add", "lan", "--role", "admin", said=PASSWORD + "\n")
    line.extra["CRAWL_CONTACT"] = "x@example.org"
    found = states(lines_of(line.done("doctor", "--json")))
    for name in ("settings", "model", "event log", "search index", "sources"):
        assert found[name] == {"ok"}
    assert not any("bad" in held for held in found.values())


def test_doctor_names_what_is_wrong(line: Line, tmp_path: Path) -> None:
    line.done("init")
    (line.home / "secret.key").chmod(0o644)
    line.extra["MODELS_DIR"] = str(tmp_path / "none")
    said = line.run("doctor", "--json")
    assert said.returncode == 1
    bad = {row["check"]: row for row in lines_of(said.stdout) if row["state"] == "bad"}
    assert set(bad) == {"secret", "model"}
    assert "chmod 600" in bad["secret"]["hint"]
    assert "minhtin train" in bad["model"]["hint"]


def test_doctor_names_a_bucket_that_is_away(line: Line) -> None:
    line.done("init")
    line.extra["EVIDENCE_URL"] = "s3://chung-cu/tinh"
    line.extra["EVIDENCE_ENDPOINT"] = "http://127.0.0.1:9"
    line.extra["EVIDENCE_ACCESS_KEY"] = line.extra["EVIDENCE_SECRET_KEY"] = "k"
    rows = {r["check"]: r for r in lines_of(line.run("doctor", "--json").stdout)}
    assert rows["evidence"]["state"] == "bad"
    assert "out of reach" in rows["evidence"]["message"]
