"""Serves all outlets of the sample province, each on a loopback address of its own."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import uvicorn

from cli.newsroom.content import Outlet, load
from cli.newsroom.site import API, FORUM, Site
from domain.ids import SourceId
from domain.profile import Profile, SourceSpec

HOSTS = ("127.0.0.21", "127.0.0.22", "127.0.0.23", "127.0.0.24")
PORT = 8610

_API = {
    "items": "items",
    "total": "total",
    "link": "path",
    "detail": f"{API}/{{id}}",
    "title": "title",
    "lead": "sapo",
    "text": "blocks[*].html",
    "published": "at",
    "author": "author",
    "section": "section",
}
_ENTRY = {"rss": "/rss/tin-moi.rss", "atom": "/atom.xml"}


@dataclass(frozen=True, slots=True)
class Newsroom:
    """The outlets and where each is served."""

    sites: tuple[Site, ...]
    port: int

    def sources(self) -> tuple[SourceSpec, ...]:
        """Return the sources through which the spiders find the outlets."""
        first = [_source(site) for site in self.sites]
        return (*first, *(made for site in self.sites if (made := _second(site))))


def open_newsroom(profile: Profile, now: datetime, port: int = PORT) -> Newsroom:
    """Load the profile's sample items; nothing is served yet."""
    from pathlib import Path

    outlets = load(Path(profile.folder) / "sample", now, profile.timezone)
    sites = tuple(
        Site(outlet, f"http://{host}:{port}")
        for outlet, host in zip(outlets, HOSTS, strict=False)
    )
    return Newsroom(sites, port)


def serve(newsroom: Newsroom) -> None:
    """Serve until interrupted."""
    asyncio.run(_serve(newsroom))


async def _serve(newsroom: Newsroom) -> None:
    servers = [
        uvicorn.Server(
            uvicorn.Config(
                site.app(), host=host, port=newsroom.port, log_level="warning"
            )
        )
        for site, host in zip(newsroom.sites, HOSTS, strict=False)
    ]
    await _together(servers)


async def _together(servers: Sequence[uvicorn.Server]) -> None:
    async with asyncio.TaskGroup() as group:
        for server in servers:
            group.create_task(server.serve())


def _source(site: Site) -> SourceSpec:
    outlet: Outlet = site.outlet
    entry = _ENTRY.get(outlet.feed, "/tin-tuc")
    kind = outlet.style
    if kind == "forum":
        entry = FORUM
    return SourceSpec(
        id=SourceId(f"mau-{outlet.id}"),
        name=outlet.name,
        kind=kind,
        url=site.base + entry,
        outlet=outlet.name,
        licensed_press=kind != "forum",
        about="province" if kind == "forum" else "",
        interval_minutes=2,
        delay_seconds=0.05,
        verified=True,
        note="Nguồn mẫu, hư cấu",
        selectors=_selectors(kind),
    )


def _second(site: Site) -> SourceSpec | None:
    """Return another way to the same articles, for outlets that have one.

    Its articles are known by then, so that it costs the sample a few requests.
    """
    first = _source(site)
    if site.outlet.feed == "atom":
        return replace(
            first,
            id=SourceId(f"{first.id}-so-do"),
            name=f"{first.name} – sơ đồ trang",
            kind="sitemap",
            url=f"{site.base}/",
        )
    if site.outlet.feed == "rss":
        return replace(
            first,
            id=SourceId(f"{first.id}-api"),
            name=f"{first.name} – dữ liệu JSON",
            kind="json_api",
            url=f"{site.base}{API}?trang={{page}}",
            api=_API,
        )
    return None


def _selectors(kind: str) -> dict[str, str]:
    if kind != "listing":
        return {}
    return {
        "link": "div.item a",
        "next": "a.next",
        "title": "#tieude",
        "published": "span.ngay",
        "lead": "#tomtat",
        "body": "#noidung",
        "author": "span.tacgia",
        "section": "span.chuyenmuc",
    }
