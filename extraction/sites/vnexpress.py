"""VnExpress, all its sections' subdomains."""

from extraction.site import Site, has

_END = f"//article[{has('fck_detail')}]"

SITE = Site(
    hosts=("vnexpress.net",),
    outlet="Báo VnExpress",
    title=f"//h1[{has('title-detail')}]",
    lead=f"//p[{has('description')}]",
    body=_END,
    author=(
        f"//p[{has('author_mail')}]//strong | {_END}//p[{has('author')}] | "
        f"{_END}/p[{has('Normal')}][last()][contains(@style, 'right')]//strong"
    ),
    section=f"//ul[{has('breadcrumb')}]/li[1]",
    published=f"//span[{has('date')}]",
    drop=f"{_END}//p[{has('author_mail')}] | //span[{has('location-stamp')}]",
)
