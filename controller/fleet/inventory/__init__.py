"""What machines are made of: each one's current inventory, and what changed in it and when.

It believes nothing an agent says beyond showing it; what a change means is a rule's word, on the agent.
"""
