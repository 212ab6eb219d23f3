"""Viewsets: each mixes in only the verbs it means."""
