"""Build a resource: its row, its request bodies and its actions."""
