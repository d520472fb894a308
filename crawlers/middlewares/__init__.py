"""Downloader middlewares: manners towards sites, guards against hostile ones."""
