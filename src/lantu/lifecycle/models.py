"""Django looks here; the models live with their applets."""
