"""Import of districts from a zipped shapefile, a GeoPackage or GeoJSON, all or nothing.

Importing the same file again changes nothing. Every error names its feature by number and name.
"""

from districts.imports.layers import MAX_FEATURES
from districts.imports.reading import MAX_BYTES, Naming
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
