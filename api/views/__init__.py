"""Viewsets. Each mixes in the actions that it supports."""
