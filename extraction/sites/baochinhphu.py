"""The Government's newspaper (Báo Điện tử Chính phủ)."""

from extraction.site import Site, has

SITE = Site(
    hosts=("baochinhphu.vn",),
    outlet="Báo Điện tử Chính phủ",
    title=f"//h1[{has('detail-title')}]",
    lead=f"//h2[{has('detail-sapo')}]",
    body=f"//div[{has('detail-content')}]",
    author=f"//div[{has('detail-author-bot')}] | //p[{has('author')}]",
    section=f"//div[{has('detail-breadcrumb')}]//li[last()]",
    published=f"//div[{has('detail-time')}]",
    drop="//div[@type='RelatedOneNews' or @type='RelatedNewsBox']",
)
