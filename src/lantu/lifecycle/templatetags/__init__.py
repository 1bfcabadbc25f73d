"""Template tags of the lifecycle."""
