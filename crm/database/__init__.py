"""Django's PostgreSQL backend with fewer round trips per request."""
