"""Contents by their hash: bundles and other bytes from outside. Names from outside never become paths."""
