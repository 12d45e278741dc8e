"""What the agent's benches share: a process measured from outside, and the peers it is measured beside."""
