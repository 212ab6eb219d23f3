"""Where Django's own formats of a language differ from what the city uses: weeks from Monday, 24 hours."""
