"""How `python3 dev.py docs` builds these pages: Sphinx, Markdown by MyST, the theme Furo (docs/adr/0026)."""

project = "Proximity CRM"
author = "The Proximity CRM contributors"
extensions = ["myst_parser"]
html_theme = "furo"
html_title = "Proximity CRM"
html_show_sphinx = False
exclude_patterns = ["examples", "screenshots"]
myst_heading_anchors = 3
myst_url_schemes = ("http", "https", "mailto")
suppress_warnings = ["misc.highlighting_failure"]
