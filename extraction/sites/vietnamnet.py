"""VietNamNet."""

from extraction.site import Site, has

SITE = Site(
    hosts=("vietnamnet.vn",),
    outlet="Báo VietNamNet",
    title=f"//h1[{has('content-detail-title')}]",
    lead=f"//h2[{has('content-detail-sapo')}] | //*[{has('content-detail-sapo')}]",
    body=f"//div[@id='maincontent'] | //div[{has('maincontent')}]",
    author=f"//p[{has('article-detail-author__info')}]//a | //*[{has('name')}]/a",
    section=f"//div[{has('bread-crumb-detail')}]//li[2]",
    published=(
        f"//div[{has('publish-date')}] | //div[{has('bread-crumb-detail__time')}]"
    ),
    drop=(
        "//*[contains(@class, 'vnn-template-noneditable')] | "
        "//*[contains(@class, 'insert-wiki-content')]"
    ),
)
