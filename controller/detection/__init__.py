"""What only the controller can see: that a machine is silent, and when we ourselves were blind.

Says so with a finding; opens no incident, tells nobody.
"""
