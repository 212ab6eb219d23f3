"""Exports of figures for internal use: documents with filters, formulas and method, and rows of records."""
