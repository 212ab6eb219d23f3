"""A district, or the whole book, as one file that an empty system reads back (docs/archive.md)."""
