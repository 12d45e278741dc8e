"""What customers' troubles ask of others: bugs, changes, features, requests to engineering, work orders.

Each keeps the incidents that ask for it, and by them the customers. This room promises nobody a date and
writes no line of code: it knows how much something is wanted.
"""
