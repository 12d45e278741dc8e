"""Which open incidents press most. An index of the clocks, beside the level: kept by whoever reads them, and
needed by nobody who wants a verdict.
"""
