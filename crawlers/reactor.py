"""Twisted's reactor around one coroutine."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from scrapy.utils.reactor import install_reactor

_ASYNCIO = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"


def run_in_reactor(work: Callable[[Any], Coroutine[Any, Any, None]]) -> None:
    """Run `work(reactor)` to its end and raise what it raised. Once per process."""
    install_reactor(_ASYNCIO)
    for name in ("scrapy", "twisted"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    from twisted.internet import reactor as installed  # noqa: PLC0415 - chosen above

    reactor: Any = installed

    failures: list[Exception] = []
    running: list[asyncio.Future[None]] = []

    async def whole() -> None:
        try:
            await work(reactor)
        except Exception as error:  # noqa: BLE001 - raised again outside the reactor
            failures.append(error)
        finally:
            reactor.stop()

    def begin() -> None:
        running.append(asyncio.ensure_future(whole()))

    reactor.callWhenRunning(begin)
    reactor.run(installSignalHandlers=False)
    if failures:
        raise failures[0]
