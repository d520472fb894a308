"""One outlet as a web application."""

import json
from datetime import datetime
from email.utils import format_datetime
from html import escape
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from cli.newsroom.content import Article, Outlet, Thread

PAGE = 20
POSTS_PER_PAGE = 10
WEEKDAYS = (
    "Thứ Hai",
    "Thứ Ba",
    "Thứ Tư",
    "Thứ Năm",
    "Thứ Sáu",
    "Thứ Bảy",
    "Chủ Nhật",
)
FORUM = "/forums/chuyen-ban-pho.1/"
SITEMAP = "/sitemap.xml"
API = "/api/bai"

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(["html", "xml"]),
)


class Site:
    """Serves one outlet. An edited article changes after its first fetch."""

    def __init__(self, outlet: Outlet, base: str) -> None:
        self.outlet = outlet
        self.base = base
        self._fetched: set[str] = set()
        self._by_path = {article.path: article for article in outlet.articles}
        self._threads = {thread.number: thread for thread in outlet.threads}
        _templates.globals["vietnamese"] = vietnamese
        _templates.globals["rfc822"] = format_datetime

    def app(self) -> Starlette:
        """Return the ASGI application of this outlet."""
        routes = [
            Route("/robots.txt", self.robots),
            Route("/", self.front),
            Route("/rss/tin-moi.rss", self.rss),
            Route("/atom.xml", self.atom),
            Route(SITEMAP, self.sitemap),
            Route(API, self.items),
            Route(f"{API}/{{id}}", self.item),
            Route("/tin-tuc", self.listing),
            Route("/tin-tuc/trang-{page:int}.html", self.listing),
            Route(FORUM, self.forum),
            Route("/threads/{name}/", self.thread),
            Route("/threads/{name}/page-{page:int}", self.thread),
            Route("/{section}/{name}.html", self.article),
        ]
        return Starlette(routes=routes)

    async def robots(self, _: Request) -> Response:
        return PlainTextResponse(
            "User-agent: *\nCrawl-delay: 0.05\nDisallow: /quan-tri/\n"
            f"Sitemap: {self.base}{SITEMAP}\n"
        )

    async def front(self, _: Request) -> Response:
        return self._page("list.html", "Trang nhất", items=self.outlet.articles[:PAGE])

    async def rss(self, _: Request) -> Response:
        return self._xml("rss.xml", "application/rss+xml")

    async def atom(self, _: Request) -> Response:
        return self._xml("atom.xml", "application/atom+xml")

    async def sitemap(self, _: Request) -> Response:
        return self._xml("sitemap.xml", "application/xml")

    async def items(self, request: Request) -> Response:
        """Answer as the interface of a site of scripts: a page of the list."""
        number = request.query_params.get("trang", "1")
        start = (int(number) - 1) * PAGE if number.isdecimal() else 0
        listed = self.outlet.articles
        items = [
            {"id": a.id, "path": a.path, "title": a.title}
            for a in listed[max(0, start) : start + PAGE]
        ]
        return JSONResponse({"total": len(listed), "items": items})

    async def item(self, request: Request) -> Response:
        """Answer with one article, its time in milliseconds and its body as blocks."""
        wanted = request.path_params["id"]
        found = next((a for a in self.outlet.articles if a.id == wanted), None)
        if found is None:
            return JSONResponse({}, status_code=404)
        a = self._shown(found)
        return JSONResponse(
            {
                "title": a.title,
                "sapo": a.lead,
                "blocks": [{"html": f"<p>{escape(p)}</p>"} for p in a.body],
                "at": int(a.when.timestamp() * 1000),
                "author": a.author,
                "section": a.section,
            }
        )

    def _shown(self, article: Article) -> Article:
        """Return the article as it is now: edited once it was fetched."""
        if article.edited and article.path in self._fetched:
            return article.edited
        self._fetched.add(article.path)
        return article

    async def listing(self, request: Request) -> Response:
        page = request.path_params.get("page", 1)
        items = self.outlet.articles[(page - 1) * PAGE : page * PAGE]
        if not items:
            return self._missing()
        more = page + 1 if page * PAGE < len(self.outlet.articles) else None
        return self._page("list.html", "Tin tức", items=items, more=more)

    async def article(self, request: Request) -> Response:
        article = self._by_path.get(request.url.path)
        if article is None:
            return self._missing()
        article = self._shown(article)
        data = self._linked_data(article)
        return self._page("article.html", article.title, a=article, linked_data=data)

    async def forum(self, _: Request) -> Response:
        return self._page("forum.html", "Chuyện bản phố", threads=self.outlet.threads)

    async def thread(self, request: Request) -> Response:
        thread = self._find_thread(request.path_params["name"])
        page = request.path_params.get("page", 1)
        start = (page - 1) * POSTS_PER_PAGE
        posts = thread.posts[start : start + POSTS_PER_PAGE] if thread else ()
        if thread is None or not posts:
            return self._missing()
        more = page + 1 if start + POSTS_PER_PAGE < len(thread.posts) else None
        return self._page(
            "thread.html", thread.title, thread=thread, posts=posts, more=more
        )

    def _find_thread(self, name: str) -> Thread | None:
        _, _, number = name.rpartition(".")
        return self._threads.get(int(number)) if number.isdigit() else None

    def _linked_data(self, article: Article) -> str:
        if self.outlet.metadata != "json-ld":
            return ""
        data = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": article.title,
            "description": article.lead,
            "datePublished": article.when.isoformat(),
            "author": {"@type": "Person", "name": article.author},
            "publisher": {"@type": "Organization", "name": self.outlet.name},
            "articleSection": article.section,
            "mainEntityOfPage": self.base + article.path,
        }
        return json.dumps(data, ensure_ascii=False).replace("</", "<\\/")

    def _page(self, name: str, title: str, **values: object) -> Response:
        template = _templates.get_template(name)
        text = template.render(
            outlet=self.outlet, base=self.base, title=title, **values
        )
        return HTMLResponse(text)

    def _xml(self, name: str, kind: str) -> Response:
        template = _templates.get_template(name)
        text = template.render(outlet=self.outlet, base=self.base)
        return Response(text, media_type=f"{kind}; charset=utf-8")

    def _missing(self) -> Response:
        return HTMLResponse("<h1>Không tìm thấy trang</h1>", status_code=404)


def vietnamese(when: datetime) -> str:
    """Write a time as Vietnamese papers do."""
    return f"{WEEKDAYS[when.weekday()]}, {when:%d/%m/%Y} - {when:%H:%M} (GMT+7)"
