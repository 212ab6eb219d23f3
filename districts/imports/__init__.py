"""Import of districts from a GeoJSON file, all or nothing.

Importing the same file again changes nothing. Every error names its feature by number and name.
"""

from districts.imports.reading import MAX_BYTES, MAX_FEATURES, Naming
from districts.imports.writing import Imported, Report, Written, import_districts, undo_import

__all__ = [
    "MAX_BYTES",
    "MAX_FEATURES",
    "Imported",
    "Naming",
    "Report",
    "Written",
    "import_districts",
    "undo_import",
]
