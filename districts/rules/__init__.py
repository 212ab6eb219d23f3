"""Pure rules for districts: no Django."""
