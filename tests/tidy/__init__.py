"""House rules that a machine can watch: fences, locks, sizes, names, and what must never be written down."""
