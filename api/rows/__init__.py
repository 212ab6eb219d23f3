"""Row specifications: one per object, for lists, single objects and the documentation."""
