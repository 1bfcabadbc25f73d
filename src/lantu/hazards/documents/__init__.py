"""Official papers of a hazard as Word and PDF: numbered, with the hash of what they say, never overwritten."""
