"""The pure heart: documents to facts to traces; no clock, network, file or environment."""
