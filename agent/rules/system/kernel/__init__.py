"""Rules about what the kernel's log tells: disks and filesystems, hardware errors, a system that freezes."""
