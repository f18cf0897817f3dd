"""What exists in registries: artefacts, what is attached to them, and where their tags pointed."""
