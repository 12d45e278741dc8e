"""Which findings belong to which incident, and whether they still last."""
