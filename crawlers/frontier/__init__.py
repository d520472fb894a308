"""What the crawlers know of URLs and revisions; survives restarts and kills."""
