"""Django's PostgreSQL, with less to wait for in each request."""
