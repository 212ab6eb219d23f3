"""Templates are indented for their authors. Browsers get them without, which makes a page a fifth shorter."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.conf import settings
from django.template import Origin
from django.template.loaders.app_directories import Loader as AppLoader
from django.utils._os import safe_join

_PREFORMATTED: Final = re.compile(r"(<pre\b.*?</pre>)", re.DOTALL)
_INDENT: Final = re.compile(r"\n[ \t]+")


def flush(text: str) -> str:
    """`text` without spaces at the start of lines, except in `<pre>`. Lines keep their numbers.

    >>> flush("<p>\\n  Hello\\n    <pre>a\\n  b</pre>")
    '<p>\\nHello\\n<pre>a\\n  b</pre>'
    """
    parts = _PREFORMATTED.split(text)
    return "".join(part if number % 2 else _INDENT.sub("\n", part) for number, part in enumerate(parts))


class Loader(AppLoader):
    """Load our own HTML flush. Emails stay as written; texts of others are translated with their indent.

    A page's template lies in the folder of its noun: `pages/incidents/detail.html` is
    `pages/incidents/templates/detail.html`.
    """

    def get_template_sources(self, template_name: str) -> Iterator[Origin]:
        room, _, name = template_name.partition("/")
        noun, _, file = name.partition("/")
        if room == "pages" and file:
            path = safe_join(settings.BASE_DIR, room, noun, "templates", file)
            yield Origin(name=path, template_name=template_name, loader=self)
        yield from super().get_template_sources(template_name)

    def get_contents(self, origin: Origin) -> str:
        text, path = super().get_contents(origin), Path(origin.name)
        # The Python environment can lie in the checkout.
        is_ours = path.is_relative_to(settings.BASE_DIR) and "site-packages" not in path.parts
        return flush(text) if is_ours and path.suffix == ".html" else text
