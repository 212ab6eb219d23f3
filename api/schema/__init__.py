"""Generate the OpenAPI 3.1 document from the viewsets, without repeating anything per resource."""
