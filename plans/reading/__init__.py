"""Contents of the pages of plans and of their comparison with other districts and cities."""
