"""Images and other artefacts in registries: what is attached, verified against what is expected."""
