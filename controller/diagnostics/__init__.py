"""Evidence: the bundles that agents took, which incident each belongs to, and how one is read.

A bundle's bytes lie in `blobs`; here is its row. Members are labels, never paths;
nothing is unpacked to disk.
"""
