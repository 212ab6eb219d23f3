"""Questions about figures, and the SQL sources that answer them."""
