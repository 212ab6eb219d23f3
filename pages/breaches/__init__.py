"""Pages: data breaches."""
