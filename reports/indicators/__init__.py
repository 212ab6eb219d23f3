"""Each figure of the audit in a file of its own; what they are made with stands beside this folder."""
