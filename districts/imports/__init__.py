"""Districts from a GeoJSON file: all of them or, when one is not usable, none.

The same file again changes nothing. Every mistake names its feature, by number and name.
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
