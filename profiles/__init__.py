"""Provinces as data, one folder each; shipped as package data."""
