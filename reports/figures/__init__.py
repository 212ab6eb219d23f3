"""Reports, their figures by group and period, and the records behind each figure."""
