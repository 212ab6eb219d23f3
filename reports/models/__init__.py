"""Kept figures: periods, figures with their vintages, members, changes of members, and the cursor."""

from reports.models.kept import (
    FigureChange,
    KeptFigure,
    KeptMembers,
    KeptPeriod,
    KeptRecord,
    RecountCursor,
    RevisionLook,
    Split,
    Why,
)

__all__ = [
    "FigureChange",
    "KeptFigure",
    "KeptMembers",
    "KeptPeriod",
    "KeptRecord",
    "RecountCursor",
    "RevisionLook",
    "Split",
    "Why",
]
