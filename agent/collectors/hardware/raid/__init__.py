"""Arrays of every kind, told alike: what state, how many members, how many more may fail.

One kind a file; each collector is "raid:KIND". What an array is made of and what may still fail is worked out
here, because each kind counts differently; what that means is the rules' to say.
"""

from agent.collectors.hardware.raid.btrfs import Btrfs
from agent.collectors.hardware.raid.controllers import Controllers
from agent.collectors.hardware.raid.lvm import Lvm
from agent.collectors.hardware.raid.md import Md
from agent.collectors.hardware.raid.zfs import Zfs

RAID = (Md(), Zfs(), Btrfs(), Lvm(), Controllers())

__all__ = ["RAID"]
