"""Services that keep figures, count them again, and end their members."""
