"""Signing in: allauth's adapters, forms and views as this system needs them."""
