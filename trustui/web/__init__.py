"""HTTP in; pages and probes out."""
