"""Figures as files: a document with its filters, formulas and method, for inside or for publication."""
