"""What every test client would do anew, once: it takes a fifth of the time of a page."""

from collections.abc import Iterator

import pytest
from django.template import Context, Template
from django.test.signals import template_rendered
from whitenoise.middleware import WhiteNoiseMiddleware

OF_A_FIELD = "django/forms/"


@pytest.fixture(scope="session", autouse=True)
def static_files_found_once() -> Iterator[None]:
    """Each client has middleware of its own, which would look into every package for files."""
    with pytest.MonkeyPatch.context() as patch:
        found: dict[str, object] = {}
        look = WhiteNoiseMiddleware.add_files_from_finders

        def add_files(middleware: WhiteNoiseMiddleware) -> None:
            if not found:
                look(middleware)
                found.update(middleware.files)
            middleware.files.update(found)

        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", add_files)
        yield


@pytest.fixture(scope="session", autouse=True)
def contexts_of_pages_alone(django_test_environment: None) -> Iterator[None]:
    """`answer.context` is of the page's templates: not a copy for each option of each field."""

    def render(template: Template, context: Context) -> str:
        if not (template.name or "").startswith(OF_A_FIELD):
            template_rendered.send(sender=template, template=template, context=context)
        return template.nodelist.render(context)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", render)
        yield
