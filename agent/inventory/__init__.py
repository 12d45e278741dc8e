"""What this machine is: hardware, firmware, system, packages, services, disks, network.

Taken in a child of its own, at the start and every hour; sent when it changed. It holds serial numbers and
nothing secret, changes nothing, and what cannot be read is a gap and not a removal.
"""
