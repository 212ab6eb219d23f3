"""Files of the last publication, as the public process reads them."""

import json

from publishing.models import Publication, PublicFile


def published_file(path: str) -> tuple[bytes, str] | None:
    """The content and digest of a file of the last publication; a folder stands for its index."""
    for _again in range(2):  # the next publication may have replaced the file meanwhile
        last = Publication.objects.done().latest_first().first()
        files = last.files if last else {}
        index = f"{path}index.html" if not path or path.endswith("/") else ""
        digest = files.get(path) or files.get(index)
        row = PublicFile.objects.filter(pk=digest).first() if digest else None
        if row or not digest:
            break
    return (bytes(row.content), row.digest) if row else None


def text_versions(language: str) -> dict[str, int]:
    """The versions of the published texts in a language, by slug."""
    found = published_file("texts.json")
    versions: dict[str, dict[str, int]] = json.loads(found[0]) if found else {}
    return versions.get(language, {})
