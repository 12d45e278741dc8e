"""The controller: keeps the contract. Rooms look back to where their data came from, never forward."""
