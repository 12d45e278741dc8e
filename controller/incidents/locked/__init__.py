"""Many incidents held at once, by whoever writes into all of them."""
