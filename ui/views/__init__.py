"""One module a page; each has `show(page)` and draws with Streamlit."""
