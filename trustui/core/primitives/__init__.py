"""Small, format-free pieces: JSON, canonical forms, keys, instants, paths."""
