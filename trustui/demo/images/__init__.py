"""Images in registries: a private Sigstore with throw-away keys, and the repositories it signs for."""
