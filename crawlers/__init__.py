"""The Scrapy project: spiders by kind of source, frontier, middlewares, pipelines.

A spider yields events of `domain.events`; the pipeline writes them to the log and
tells the frontier only after the acknowledgement.
"""
