"""Staff: who they are, what they may do, how they sign in, who is on duty, in which language they read.

Never decides about an incident. Customers' contacts are the fleet's until customers sign in themselves.
"""
