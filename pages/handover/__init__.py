"""Pages: handovers and briefs."""
