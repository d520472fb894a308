"""Reads the sample items and gives them times relative to now."""

import json
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

LAST_DAY = 20
"""Day offset of the items that appear today."""


@dataclass(frozen=True, slots=True)
class Article:
    """One article; `edited` is what it silently becomes after the first fetch."""

    id: str
    path: str
    section: str
    title: str
    lead: str
    body: tuple[str, ...]
    author: str
    when: datetime
    edited: "Article | None" = None


@dataclass(frozen=True, slots=True)
class ForumPost:
    number: int
    author: str
    when: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Thread:
    number: int
    slug: str
    title: str
    posts: tuple[ForumPost, ...]

    @property
    def path(self) -> str:
        return f"/threads/{self.slug}.{self.number}/"


@dataclass(frozen=True, slots=True)
class Outlet:
    """An invented outlet with what it published, newest first."""

    id: str
    name: str
    style: str
    tagline: str
    licence: str
    footer: str
    feed: str
    metadata: str
    sections: tuple[str, ...]
    articles: tuple[Article, ...] = ()
    threads: tuple[Thread, ...] = ()


def load(folder: Path, now: datetime, zone: str) -> tuple[Outlet, ...]:
    """Load all outlets; items whose time is later than `now` come a day earlier."""
    local = now.astimezone(ZoneInfo(zone))
    head = tomllib.loads((folder / "outlets.toml").read_text(encoding="utf-8"))
    rows = _read(folder / "articles.jsonl")
    threads = _read(folder / "forum.jsonl")
    latest = max(row["time"] for row in [*rows, *threads] if row["day"] == LAST_DAY)
    today = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if f"{local:%H:%M}" <= max(latest, "09:05"):
        today -= timedelta(days=1)
    return tuple(_outlet(entry, rows, threads, today) for entry in head["outlet"])


def _outlet(
    entry: dict[str, Any],
    rows: list[dict[str, Any]],
    threads: list[dict[str, Any]],
    today: datetime,
) -> Outlet:
    mine = [
        _article(row, number, today)
        for number, row in enumerate(rows, start=1001)
        if row["outlet"] == entry["id"]
    ]
    talk = [_thread(row, n, today) for n, row in enumerate(threads, start=1)]
    return Outlet(
        id=entry["id"],
        name=entry["name"],
        style=entry["style"],
        tagline=entry["tagline"],
        licence=entry["licence"],
        footer=entry["footer"],
        feed=entry.get("feed", ""),
        metadata=entry["metadata"],
        sections=tuple(entry["sections"]),
        articles=tuple(sorted(mine, key=lambda a: a.when, reverse=True)),
        threads=tuple(talk) if entry["style"] == "forum" else (),
    )


def _article(row: dict[str, Any], number: int, today: datetime) -> Article:
    made = Article(
        id=row["id"],
        path=f"/{slug(row['section'])}/{slug(row['title'])}-{number}.html",
        section=row["section"],
        title=row["title"],
        lead=row["lead"],
        body=tuple(row["body"]),
        author=row["author"],
        when=_when(row, today),
    )
    change = row.get("revised")
    if not change:
        return made
    edited = Article(
        id=made.id,
        path=made.path,
        section=made.section,
        title=change.get("title", made.title),
        lead=made.lead,
        body=tuple(change.get("body", made.body)),
        author=made.author,
        when=made.when,
    )
    return Article(
        id=made.id,
        path=made.path,
        section=made.section,
        title=made.title,
        lead=made.lead,
        body=made.body,
        author=made.author,
        when=made.when,
        edited=edited,
    )


def _thread(row: dict[str, Any], number: int, today: datetime) -> Thread:
    posts = tuple(
        ForumPost(number * 100 + n, post["author"], _when(post, today), post["text"])
        for n, post in enumerate(row["posts"], start=1)
    )
    return Thread(number, slug(row["title"]), row["title"], posts)


def _when(row: dict[str, Any], today: datetime) -> datetime:
    hour, minute = row["time"].split(":")
    day = today + timedelta(days=row["day"] - LAST_DAY)
    return day.replace(hour=int(hour), minute=int(minute))


def _read(path: Path) -> list[dict[str, Any]]:
    lines = path.read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


def slug(text: str) -> str:
    """Return an address-safe form of a title."""
    flat = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    plain = "".join(c for c in flat if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:70] or "bai"
