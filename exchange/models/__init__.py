"""Imports under way, and what they remember. The tables were the contact book's, and are still called so."""

from exchange.models.drafts import DraftState, ImportDraft, ImportStep, SavedMapping
from exchange.models.imported import ImportedRow

__all__ = ["DraftState", "ImportDraft", "ImportStep", "ImportedRow", "SavedMapping"]
