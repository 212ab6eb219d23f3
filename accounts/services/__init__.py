"""Write services for accounts, one module per noun."""
