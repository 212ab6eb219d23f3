"""Pages: audits."""
