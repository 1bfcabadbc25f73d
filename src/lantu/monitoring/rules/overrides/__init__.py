"""Values of the project's own design documents, in place of a table of the standard."""
