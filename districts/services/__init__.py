"""Services that write districts."""
