"""What a set-up of targets would do with some traffic: the real policies and flows, run in virtual time."""
