"""The console as one ASGI app, and uvicorn to serve it."""

from pathlib import Path

import uvicorn
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from ui import adding, api, audit_export, case_files, start_page, webhook
from ui.account_pages import AccountPages
from ui.accounts_pages import AccountsPages
from ui.case_pages import CasePages
from ui.context import ConsoleContext, install
from ui.guard import SessionGuard
from ui.page import PAGES
from ui.request_pages import RequestPages
from ui.sign_in import SignInPages
from ui.sign_on import SignOnPages

SCRIPT = Path(__file__).with_name("console.py")
FONT = "'Segoe UI', 'Noto Sans', Roboto, 'Helvetica Neue', Arial, sans-serif"

OPTIONS = {
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.toolbarMode": "minimal",
    "server.fileWatcherType": "none",  # it would reload modules under running pages
    "server.enableStaticServing": False,
    "server.maxUploadSize": 1,
    "global.developmentMode": False,
    "theme.base": "light",
    "theme.font": FONT,
    "theme.primaryColor": "#17507d",
    "theme.textColor": "#1c2730",
    "theme.baseFontSize": 14,
}


def build_app(context: ConsoleContext) -> ASGIApp:
    """Return the app: sign-in, API and pages behind the guard.

    One console per process, since Streamlit keeps its settings process-wide.
    """
    # Streamlit takes more than half a second to import; other commands need it not.
    import streamlit  # noqa: PLC0415
    from streamlit import config  # noqa: PLC0415

    for name, value in OPTIONS.items():
        config.set_option(name, value)
    install(context)
    app: ASGIApp = streamlit.App(
        SCRIPT,
        routes=[*own_routes(context), *start_page.routes(PAGES)],
        middleware=[Middleware(SessionGuard, context=context)],
    )
    return app


def own_routes(context: ConsoleContext) -> list[BaseRoute]:
    """Return all addresses that are not Streamlit's, to be put behind the guard."""
    return [
        *SignInPages(context).routes(),
        *SignOnPages(context).routes(),
        *AccountPages(context).routes(),
        *AccountsPages(context).routes(),
        *CasePages(context).routes(),
        *RequestPages(context).routes(),
        *case_files.routes(context),
        *webhook.routes(context),
        *adding.routes(context),
        *api.routes(context),
        *audit_export.routes(context),
    ]


def serve(context: ConsoleContext, host: str, port: int) -> None:
    """Serve until told to stop (SIGINT or SIGTERM)."""
    uvicorn.run(
        build_app(context),
        host=host,
        port=port,
        log_level="warning",
        proxy_headers=context.settings_view.behind_tls,
        server_header=False,
        timeout_graceful_shutdown=3,
    )
