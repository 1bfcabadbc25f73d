"""Data quality as a class of its own: it asks whoever keeps the instrument, lowers no risk and opens no hazard."""
