"""Pages: the register of processing."""
