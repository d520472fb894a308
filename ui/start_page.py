"""The page that Streamlit's scripts start from, at each of our addresses.

Streamlit's own file does not know where its server is: opened at `/desk`, it asks
`/desk/_stcore/health` first and gets a 404. Here it is told, and the page says what it
is called and in which language it is.
"""

from collections.abc import Awaitable, Callable, Sequence
from html import escape
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from ui.guard import language_of
from ui.wording import wording

TOLD = "<script>window.__streamlit={BACKEND_BASE_URL:window.location.origin}</script>"


def routes(paths: Sequence[str]) -> list[BaseRoute]:
    """Return a route for each page; Streamlit's own would answer them else."""
    # Streamlit takes more than half a second to import; other commands need it not.
    import streamlit  # noqa: PLC0415

    file = Path(streamlit.__file__).with_name("static") / "index.html"
    answer = _answer(file.read_text(encoding="utf-8"))
    return [Route(f"/{path}", answer, methods=["GET"]) for path in paths]


def start_page(original: str, language: str) -> str:
    """Return Streamlit's page with its server's address, our language and name.

    A text that lacks what is looked for stays as it is: the console works then too.
    """
    name = escape(wording(language)("app.name"))
    page = original.replace('<html lang="en">', f'<html lang="{language}">', 1)
    page = page.replace("<title>Streamlit</title>", f"<title>{name}</title>", 1)
    return page.replace("<head>", f"<head>{TOLD}", 1)


def _answer(original: str) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        page = start_page(original, wording(language_of(request)).language)
        return HTMLResponse(page, headers={"Cache-Control": "no-cache"})

    return endpoint
