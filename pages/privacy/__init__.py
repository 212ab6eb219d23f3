"""Pages: the privacy desk."""
