"""Prints every address of the whole app, Streamlit's own too: `METHOD path` a line.

A process of its own, since Streamlit keeps its settings and its one runtime
process-wide.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from starlette.routing import BaseRoute, Route, WebSocketRoute

from e2e.console_world import world
from ui.server import build_app


def addresses(routes: list[BaseRoute]) -> Iterator[tuple[str, str]]:
    """Yield method and path; what takes GET takes HEAD, a mount all that is below."""
    for route in routes:
        if isinstance(route, WebSocketRoute):
            yield "WS", route.path
        elif isinstance(route, Route):
            for method in sorted((route.methods or {"ANY"}) - {"HEAD", "OPTIONS"}):
                yield method, route.path
        else:
            yield "MOUNT", f"{getattr(route, 'path', route)}/"


if __name__ == "__main__":
    app = build_app(world(Path(sys.argv[1])))
    # The public way to them is to serve.
    app._runtime = app._create_runtime()  # type: ignore[attr-defined]
    found = app._build_starlette_app().routes  # type: ignore[attr-defined]
    lines = (f"{method} {path}\n" for method, path in addresses(found))
    sys.stdout.writelines(lines)
