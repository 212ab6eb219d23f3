"""Services that write contacts and organisations: lock, check permission, change, validate, save, record."""
