"""What people expect of an artefact: who signed it, what is attested, with which proof."""
