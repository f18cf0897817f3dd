"""Notation's trust policies and trust stores: whom a repository's signatures are trusted by.

Notary Project, trust-store-trust-policy.md 1.0; where the text and the clients differ, each module
says which of both it follows.
"""
