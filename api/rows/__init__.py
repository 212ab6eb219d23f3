"""How each object looks to another tool: one specification feeds list, detail and documentation."""
