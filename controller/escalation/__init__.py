"""Who must know? Warnings before a deadline, breaches after it, the climb to the next level, and who is told.

What is due is read from the clocks each time; what was done is kept, so that nothing happens twice. This room
counts no time itself and is blind to causes.
"""
