"""Work on site without network: what arrives late, and what to do when two versions meet."""
