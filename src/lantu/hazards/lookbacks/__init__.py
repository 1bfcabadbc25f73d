"""Look-back 回头看: a closed hazard is visited again after 30 and 90 days."""
