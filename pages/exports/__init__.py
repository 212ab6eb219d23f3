"""Pages: exports of lists and reports."""
