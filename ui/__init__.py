"""The console: Streamlit pages, a review desk, a JSON API and sign-in, as one ASGI app.

`server.build_app` puts them behind one guard (`guard.py`): without a session nothing
answers but the sign-in page, its style sheet and `/healthz`. Pages are
`views/<page>_view.py` run by `console.py`; what they show is worked out in
`view_models.py` (pure). The desk (`static/desk.js`) talks to `api.py`. No module here
may bear a top-level package's or a standard module's name: Streamlit puts this folder
first on `sys.path`.
"""
