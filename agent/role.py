"""What kind of machine this is: it moves the rules' thresholds (signals.md)."""

from enum import Enum


class Role(Enum):
    """Servers are watched around the clock, desktops and laptops have people before them."""

    SERVER = "server"
    DESKTOP = "desktop"
    LAPTOP = "laptop"
