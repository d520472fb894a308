"""The script that Streamlit runs for each visit: shell, navigation, one page."""

from ui.shell import run

run()
