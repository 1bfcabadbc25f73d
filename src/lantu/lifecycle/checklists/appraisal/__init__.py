"""The month of the checklists: prefilled, corrected, verified, frozen, scored, appealed, published."""
