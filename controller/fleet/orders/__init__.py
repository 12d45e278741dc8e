"""Orders: what an agent is asked to do, kept until it is done, refused or too late. What an order is for, and
what its result means, is the business of the room that asked."""
