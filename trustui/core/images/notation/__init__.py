"""Notation's verification of an image or a file: policy, discovery, every signature, the verdict."""
