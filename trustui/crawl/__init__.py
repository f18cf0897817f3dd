"""Places to documents: the only code of the product that opens a connection."""
