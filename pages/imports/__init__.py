"""Pages: imports and watched registers."""
