"""Rules about the cells of a table that need no database."""
