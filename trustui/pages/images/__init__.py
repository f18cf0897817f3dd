"""What the pages of images say: registries, repositories, artefacts, signatures, signers, policies."""
