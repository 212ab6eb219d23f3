"""Imports under way, and what they remember. The tables were the contact book's, and are still called so."""

from exchange.models.drafts import DraftState, ImportDraft, ImportStep, SavedMapping
from exchange.models.imported import ImportedRow
from exchange.models.watched import Problem, Rhythm, WatchedRegister

__all__ = [
    "DraftState",
    "ImportDraft",
    "ImportStep",
    "ImportedRow",
    "Problem",
    "Rhythm",
    "SavedMapping",
    "WatchedRegister",
]
