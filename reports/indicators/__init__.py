"""Indicators: the definition of each figure in a module of its own, and the catalogue of all."""
