"""OCI: names, manifests, and where signatures of an artefact may stand."""
