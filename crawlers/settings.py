"""Scrapy's settings, made of what a crawl is given.

The module-level names serve `scrapy list` and alike; a crawl itself always goes
through `crawlers.run`, which hands in stores, bounds and manners.
"""

from typing import Any

from crawlers.deps import CrawlLimits
from crawlers.pace import AT_ONCE

BOT_NAME = "minhtin"
SPIDER_MODULES = ["crawlers.spiders"]
ROBOTSTXT_OBEY = True

_IN_FLIGHT = 8
"""Requests of one visit in flight or waiting at the gate. More hold more bodies in
memory and let a stopping crawler wait longer; fewer leave `AT_ONCE` no next one."""
_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,
    "crawlers.middlewares.address.AddressMiddleware": 50,
    "crawlers.middlewares.robots.RobotsMiddleware": 100,
    "crawlers.middlewares.validators.ValidatorMiddleware": 450,
    "crawlers.middlewares.retry.PatientRetryMiddleware": 550,
    "crawlers.middlewares.pace.PaceMiddleware": 950,
}
_SPIDER_MIDDLEWARES = {
    # It drops without a word; `AddressMiddleware` refuses, and is asked on redirects.
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
}
_HANDLERS = {
    **dict.fromkeys(("file", "ftp", "s3", "data")),
    **dict.fromkeys(("http", "https"), "crawlers.download.PoliteHandler"),
}
_RETRIED = [
    "scrapy.exceptions.CannotResolveHostError",
    "scrapy.exceptions.DownloadConnectionRefusedError",
    "scrapy.exceptions.DownloadFailedError",
    "twisted.internet.error.ConnectionDone",
    "twisted.internet.error.ConnectError",
    "twisted.internet.error.ConnectionLost",
]


def scrapy_settings(user_agent: str, limits: CrawlLimits) -> dict[str, Any]:
    """Return the settings of one visit."""
    return {
        **_quiet(),
        **_bounds(limits),
        "BOT_NAME": BOT_NAME,
        "USER_AGENT": user_agent,
        "ROBOTSTXT_OBEY": True,
        "DOWNLOADER_MIDDLEWARES": _MIDDLEWARES,
        "ITEM_PIPELINES": {"crawlers.pipelines.IngestPipeline": 100},
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5",
            "Accept-Language": "vi,en;q=0.5",
        },
        "EXTENSIONS": {"crawlers.feeding.PageFeeder": 0},
        "RETRY_EXCEPTIONS": _RETRIED,
        "SPIDER_MIDDLEWARES": _SPIDER_MIDDLEWARES,
        "DOWNLOAD_HANDLERS": _HANDLERS,
        "HTTPPROXY_ENABLED": False,
        "METAREFRESH_ENABLED": False,
        "COOKIES_ENABLED": False,
        "CONCURRENT_REQUESTS": _IN_FLIGHT,
        "CONCURRENT_REQUESTS_PER_DOMAIN": AT_ONCE,
        "CONCURRENT_ITEMS": 1,
        "DOWNLOAD_DELAY": 0,
        "DOWNLOAD_DELAY_JITTER": 0.0,
        "DOWNLOAD_FAIL_ON_DATALOSS": False,
        "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
    }


def _bounds(limits: CrawlLimits) -> dict[str, Any]:
    return {
        "DOWNLOAD_MAXSIZE": limits.body_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_TIMEOUT": limits.download_seconds,
        "REDIRECT_MAX_TIMES": limits.redirects,
        "RETRY_TIMES": limits.retries,
        "RETRY_HTTP_CODES": [408, 429, 500, 502, 503, 504, 522, 524],
        "CLOSESPIDER_TIMEOUT": limits.visit_seconds,
        "SCRAPER_SLOT_MAX_ACTIVE_SIZE": limits.body_bytes,
        "DEPTH_LIMIT": limits.depth,
    }


def _quiet() -> dict[str, Any]:
    return {
        "LOG_LEVEL": "ERROR",
        "STATS_DUMP": False,
        "TELNETCONSOLE_ENABLED": False,
        "RETRY_GIVE_UP_LOG_LEVEL": "DEBUG",
    }
