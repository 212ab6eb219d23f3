"""Writing of the site into a folder: first beside the old folder, then in its place."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from publishing.site.data import write_json

MANIFEST: Final = "manifest.json"


def manifest_of(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the SHA-256 of each file by its path."""
    return {path: hashlib.sha256(files[path]).hexdigest() for path in sorted(files)}


def read_manifest(folder: Path) -> Any:
    """Return the manifest of a folder, or None if it has no site."""
    try:
        return json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return None


def write_folder(files: Mapping[str, bytes], target: Path) -> None:
    """Replace the folder. If anything fails, the old one stays.

    Raises OSError, and ValidationError for a folder with other files.
    """
    target = target.resolve()
    if target.exists() and any(target.iterdir()) and not (target / MANIFEST).exists():
        raise ValidationError(_("The folder has other files. Choose an empty one."), code="folder")
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        for path, content in {**files, MANIFEST: write_json(manifest_of(files))}.items():
            file = temporary / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        temporary.chmod(0o755)
        _swap(temporary, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _swap(new: Path, target: Path) -> None:
    old = new.with_name(f"{new.name}-old")
    if target.exists():
        target.rename(old)
    try:
        new.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)
