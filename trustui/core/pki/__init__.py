"""X.509 certificates, chains, SCTs and RFC 3161 timestamps: read and judged, nothing fetched."""
