"""Plain pages of ours, beside Streamlit's: templates, words, headers."""

from collections.abc import Mapping

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from ui.context import ConsoleContext
from ui.guard import language_of
from ui.wording import LANGUAGES, wording


class Pages:
    """Renders templates with what all of them need."""

    def __init__(self, context: ConsoleContext) -> None:
        self._context = context
        self._templates = Environment(
            loader=PackageLoader("ui"),
            autoescape=select_autoescape(default=True),
            undefined=StrictUndefined,
        )

    def answer(
        self,
        request: Request,
        template: str,
        values: Mapping[str, object],
        status: int = 200,
    ) -> HTMLResponse:
        """Return the page in the visitor's language; it is not kept by browsers."""
        words = wording(language_of(request))
        text = self._templates.get_template(template).render(
            words=words,
            language=words.language,
            languages=LANGUAGES,
            province=self._context.profile.full_name,
            sample=self._context.sample,
            contact=self._context.settings_view.contact,
            **{"back": request.url.path, **values},
        )
        return HTMLResponse(text, status, headers={"Cache-Control": "no-store"})
