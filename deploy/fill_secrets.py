"""Fill in the secrets of a file like `.env`: `python3 deploy/fill_secrets.py .env`.

Each secret that `.env.example` names and that has no value gets a long random text, also after an upgrade
that needs new ones. Existing values stay.
"""

import secrets
import sys
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parents[1] / ".env.example"
SECRET = ("PASSWORD", "SECRET", "SECRET_KEY")


def names_of(example: str) -> list[str]:
    names = (line.partition("=")[0] for line in example.splitlines() if not line.startswith("#"))
    return [name for name in names if name.endswith(SECRET)]


def filled(text: str, names: list[str]) -> tuple[str, list[str]]:
    """Return the text with a value for each of the names, and the names that got one."""
    lines = text.splitlines()
    places = {line.partition("=")[0].strip(): number for number, line in enumerate(lines)}
    made = []
    for name in names:
        line = f"{name}={secrets.token_hex(32)}"
        if name not in places:
            lines.append(line)
        elif lines[places[name]].partition("=")[2].strip():
            continue
        else:
            lines[places[name]] = line
        made.append(name)
    return "\n".join([*lines, ""]), made


def main() -> None:
    file = Path(sys.argv[1] if len(sys.argv) > 1 else ".env")
    text, made = filled(file.read_text(), names_of(EXAMPLE.read_text()))
    file.chmod(0o600)
    file.write_text(text)
    sys.stdout.write(f"{file}: {', '.join(made) or 'nothing was missing'}.\n")


if __name__ == "__main__":
    main()
