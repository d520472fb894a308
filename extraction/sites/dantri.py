"""Dân trí: the layouts of 2022 (`singular-…`) and 2026 (utility classes)."""

from extraction.site import Site, has

SITE = Site(
    hosts=("dantri.com.vn",),
    outlet="Báo Dân trí",
    title=f"//article//h1 | //h1[{has('title-page')}]",
    lead=f"//article//h1/following-sibling::h2[1] | //h2[{has('singular-sapo')}]",
    body=f"//div[@id='desktop-in-article'] | //div[{has('singular-content')}]",
    author=(
        f"//div[{has('author-name')}] | "
        "//article/h1/following-sibling::div[.//time][1]/div[1]"
    ),
    published=(
        f"//article//time/@datetime | //article//time | //time[{has('author-time')}]"
    ),
    drop="//*[starts-with(@class, 'dantri-widget')]",
)
