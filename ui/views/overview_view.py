"""Page overview."""

import streamlit as st

from ui.shell import PageContext


def show(page: PageContext) -> None:
    st.write("overview")
