"""Pages: the API's examples and sandbox."""
