"""The OpenAPI 3.1 document, made of what the viewsets say themselves; nothing is repeated per resource."""
