"""One module per outlet whose pages need more than the generic rungs.

A module holds `SITE`, a `Site`; `ALL` lists them. To add an outlet, add a module, put
it into `ALL`, and a page of your own text in its layout under `tests/sites/<name>/`.
"""

from extraction.site import Site
from extraction.sites import baochinhphu, dantri, vietnamnet, vnexpress
from extraction.urls import host_of

ALL: tuple[Site, ...] = (
    baochinhphu.SITE,
    dantri.SITE,
    vietnamnet.SITE,
    vnexpress.SITE,
)


def site_for(url: str) -> Site | None:
    """Return the module of the page's host, if there is one."""
    host = host_of(url)
    for site in ALL:
        if any(host == h or host.endswith(f".{h}") for h in site.hosts):
            return site
    return None
