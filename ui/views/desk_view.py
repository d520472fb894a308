"""The four queues: mounts the review desk, which talks to the API by itself."""

import streamlit as st

from ui.page import PageContext

LOADER = """
export default async function (component) {
  const { mount } = await import(window.location.origin + "/assets/desk.js");
  return mount(component.parentElement);
}
"""
"""Streamlit loads a component from a blob, where relative imports lead nowhere."""


def show(page: PageContext) -> None:
    """Mount the desk. A verdict needs no run of this script."""
    desk = st.components.v2.component("minhtin_desk", html="<div></div>", js=LOADER)
    desk(key="desk", data={"language": page.words.language})
