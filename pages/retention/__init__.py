"""Pages: retention rules and reviews."""
