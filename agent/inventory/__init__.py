"""What this machine is: hardware, firmware, system, packages, services, disks, network.

Taken in a child of its own, at the start and when an hourly glance shows a change; sent when it changed. It
holds serial numbers and nothing secret, changes nothing, and what cannot be read is a gap and not a removal.
"""
