"""What exists and was seen: sources, crawls, blobs, sightings and their projections."""
