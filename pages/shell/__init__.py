"""Pages: help, undo and what frames every page."""
