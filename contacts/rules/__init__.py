"""Pure rules for contacts and organisations: no Django."""
