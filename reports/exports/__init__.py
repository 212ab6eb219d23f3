"""Figures as files: a document with its filters, formulas and method. They are for inside."""
