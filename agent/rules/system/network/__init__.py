"""Rules about cables, bonds, and how far the machine reaches."""
