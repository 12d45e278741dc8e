"""What agents report, taken in once: sequence, gap, duplicate, finding, evidence (trust.md R1-R5)."""
