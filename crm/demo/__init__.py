"""Demo data: Alderport, a fictional city, identical in every installation, with dates relative to today."""
