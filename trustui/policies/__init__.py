"""What people trust; for now the roots that sources are verified from."""
