"""The sections that this room itself adds to bulletins and one-pagers."""
