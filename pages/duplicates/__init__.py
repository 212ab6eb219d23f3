"""Pages: duplicate pairs and merges."""
