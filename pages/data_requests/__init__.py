"""Pages: requests of data subjects."""
