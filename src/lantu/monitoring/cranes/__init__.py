"""Groups of tower cranes that overlap, and whether they come too close."""
