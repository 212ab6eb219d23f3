"""Exports of records: lists, vCards and calendar files."""
