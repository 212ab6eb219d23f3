"""Archives of a district or of all records, which an empty system can read (docs/archive.md)."""
