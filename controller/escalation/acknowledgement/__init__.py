"""Did anybody hear it? Whoever is told of something urgent is asked to say so, and if nobody does, the next.

Here live the rounds: who was asked when, who was told next, what ended it. They are no input of the clocks.
"""
