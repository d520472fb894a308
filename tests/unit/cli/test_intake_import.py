"""Lists of reports through the real command into real stores."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import Workbook

from domain.events import PostRevised, PostSeen
from domain.labels import PostKind
from domain.profile import SourceSpec
from eventlog.codec import decode_event
from eventlog.port import LogTopic
from wiring import bootstrap
from wiring.settings import load_settings
from wiring.sources import save_source

HEAD = "Mã,Thời gian,Nội dung phản ánh,Địa điểm,Họ và tên,Số điện thoại"
ROW = (
    'PA-{n},23/11/2026 06:30,"Cầu hỏng, gọi Quàng Văn Tú 0912.345.678",'
    "Bản Phủ,Quàng Văn Tú,0912345678"
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "secret.key").write_text("khoa", encoding="utf-8")
    settings = load_settings({}, folder)
    spec = SourceSpec(id="so-tay", name="Sổ tay", kind="intake", url="intake:so-tay")  # type: ignore[arg-type]
    save_source(bootstrap.build_casework(settings), "cli", spec)
    return folder


def run(
    home: Path, path: Path, *more: str, code: int = 0, channel: str = "so-tay"
) -> str:
    """Run the command as people do: it sets up the process's logs."""
    words = ["intake", "import", str(path), "--channel", channel, "--home", str(home)]
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", *words, *more],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def events(home: Path) -> list[PostSeen | PostRevised]:
    log = bootstrap.build_log(load_settings({}, home))
    found = []
    for partition in log.ends(LogTopic.POSTS):
        for record in log.read(LogTopic.POSTS, partition, 0, 1000):
            event = decode_event(record.value or b"")
            assert isinstance(event, PostSeen | PostRevised)
            found.append(event)
    return found


def test_a_list_is_taken_in_once_and_its_reporters_stay_out_of_the_log(
    home: Path, tmp_path: Path
) -> None:
    path = tmp_path / "so.csv"
    path.write_text(
        "\n".join([HEAD, *(ROW.format(n=n) for n in range(150))]), encoding="utf-8-sig"
    )
    assert "150 taken in, 0 edited, 0 known, 0 rejected" in run(home, path)
    found = events(home)
    assert len(found) == 150
    post = found[0].post
    assert post.kind is PostKind.REPORT
    assert post.outlet == "Sổ tay"
    assert post.published is not None
    assert post.text.startswith("Cầu hỏng, gọi •••••")
    assert post.text.endswith("Nơi xảy ra: Bản Phủ")
    for clear in ("Quàng", "345.678", "PA-"):
        assert clear not in str(found)
    evidence = bootstrap.build_evidence(load_settings({}, home))
    assert post.evidence is not None
    row = json.loads(evidence.get(post.evidence).body)
    assert row["Họ và tên"] == "Quàng Văn Tú"
    assert "0 taken in, 0 edited, 150 known" in run(home, path)
    assert len(events(home)) == 150


def test_a_corrected_row_is_an_edit(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "so.csv"
    path.write_text(f"{HEAD}\n{ROW.format(n=1)}", encoding="utf-8")
    run(home, path)
    path.write_text(f"{HEAD}\n{ROW.format(n=1)}".replace("hỏng", "gãy"), "utf-8")
    assert "0 taken in, 1 edited" in run(home, path)
    assert isinstance(events(home)[-1], PostRevised)


def test_a_workbook_with_heads_of_its_own_and_bad_rows(
    home: Path, tmp_path: Path
) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["noi_dung", "Ngày"])
    sheet.append(["=HYPERLINK(1)", "01/11/2026"])
    sheet.append(["", "01/11/2026"])
    sheet.append(["Đường hỏng", "hôm kia kìa"])
    sheet.append(["Đường hỏng", "01/11/2090"])
    data = io.BytesIO()
    book.save(data)
    path = tmp_path / "so.xlsx"
    path.write_bytes(data.getvalue())
    said = run(home, path, "--column", "text=noi_dung", code=1)
    for line in ("line 4: bad_date", "line 5: future_date"):
        assert line in said


def test_an_empty_file_and_unknown_heads_are_told_before_anything_is_taken(
    home: Path, tmp_path: Path
) -> None:
    path = tmp_path / "so.csv"
    path.write_text(" \n", encoding="utf-8")
    assert "the file is empty" in run(home, path, code=2)
    path.write_text("Lời,Ngày,Ghi chú\nCầu hỏng,hôm kia,x\n", encoding="utf-8")
    said = run(home, path, code=2)
    for word in ("Lời, Ngày, Ghi chú", "nội dung phản ánh", "--column text=Lời"):
        assert word in said
    assert "no field: txt. Fields are id, time" in run(
        home, path, "--column", "txt=Lời", code=2
    )
    assert "has no column Noi" in run(home, path, "--column", "text=Noi", code=2)
    said = run(home, path, "--column", "text=Lời", code=1)
    assert "Kept but not read: Ghi chú." in said
    assert "line 2: bad_date: 'hôm kia' is no time. Write 23/11/2026 06:30" in said
    path.write_text("Nội dung\nCầu hỏng\n", encoding="utf-8")
    assert "handed_over" not in run(home, path)


def test_an_unknown_channel_is_named(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "so.csv"
    path.write_text(HEAD, encoding="utf-8")
    said = run(home, path, code=2, channel="khac")
    assert "There is no channel khac" in said
