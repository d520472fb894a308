"""The sample province's little internet: invented outlets and a forum on loopback.

Serves the items of `profiles/<id>/sample/` as a feed with JSON-LD, a paged list without
any metadata, an Atom feed with Open Graph and a XenForo-like forum, so that the real
spiders crawl real HTTP in the sample mode. Times move along with the day of the start.
"""
