"""Making one row of two or more that are the same, and taking it back."""
