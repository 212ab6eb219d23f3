"""Files of the last publication, as the public process reads them."""

import json

from publishing.models import Publication, PublicFile


def published_file(path: str) -> tuple[bytes, str] | None:
    """Return content and digest of a file of the last publication. The path of a folder means its index."""
    for _attempt in range(2):  # a new publication may have replaced the file meanwhile
        publication = Publication.objects.done().latest_first().first()
        files = publication.files if publication else {}
        index = f"{path}index.html" if not path or path.endswith("/") else ""
        digest = files.get(path) or files.get(index)
        row = PublicFile.objects.filter(pk=digest).first() if digest else None
        if row or not digest:
            break
    return (bytes(row.content), row.digest) if row else None


def text_versions(language: str) -> dict[str, int]:
    """Return the versions of the published texts in a language, by slug."""
    published = published_file("texts.json")
    versions: dict[str, dict[str, int]] = json.loads(published[0]) if published else {}
    return versions.get(language, {})
