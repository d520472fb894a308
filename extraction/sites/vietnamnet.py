"""VietNamNet: the layouts until 2022 (`ArticleContent`) and since."""

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

SITE_2021 = Site(
    hosts=("vietnamnet.vn",),
    outlet="Báo VietNamNet",
    until="2022-06-01",
    title=f"//h1[{has('title')}]",
    lead=f"//div[{has('bold')} and {has('ArticleLead')}]",
    body="//div[@id='ArticleContent']",
    author=f"//div[@id='ArticleContent']//p[{has('bold')}][last()]",
    published=f"//span[{has('ArticleDate')}]",
    drop=f"//div[{has('article-relate')}] | //table[{has('ImageBox')}]",
)
