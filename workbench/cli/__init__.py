"""`python -m workbench`: the commands, and one module for what each does."""
