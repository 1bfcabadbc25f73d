"""From the stream to PostgreSQL, exactly once."""
