"""One module per outlet whose pages need more than the generic rungs.

A module holds `SITE`, a `Site`, and one more for each layout that is no longer in use
(`until`), so that old captures are read again as they were; `ALL` lists them.
`minhtin sites new` begins a module and a page in the outlet's layout under
`tests/sites/<name>/`.
"""

from datetime import datetime

from extraction.dates import VIETNAM
from extraction.site import Site
from extraction.sites import baochinhphu, dantri, vietnamnet, vnexpress
from extraction.urls import host_of

ALL: tuple[Site, ...] = (
    baochinhphu.SITE,
    dantri.SITE,
    vietnamnet.SITE,
    vietnamnet.SITE_2021,
    vnexpress.SITE,
)
_LAST = "9999-12-30"
_NEVER = "9999-12-31"
"""Days as ISO text, which sorts as days do."""


def site_for(url: str, when: datetime | None = None) -> Site | None:
    """Return the module of the page's host, if there is one.

    Of several layouts, the one that was in use when the page was fetched; without a
    time, today's.
    """
    host = host_of(url)
    day = when.astimezone(VIETNAM).date().isoformat() if when else _LAST
    known = (
        site
        for site in ALL
        if any(host == h or host.endswith(f".{h}") for h in site.hosts)
        and day < (site.until or _NEVER)
    )
    return min(known, key=lambda site: site.until or _NEVER, default=None)
