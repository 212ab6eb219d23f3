"""Imports of tables: registers, contacts, meetings and follow-ups. The same file again changes nothing."""
