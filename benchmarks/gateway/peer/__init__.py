"""Other gateways, set up from package indexes where they are asked for (`--peers`).

`known.py` has them by name, `package.py` installs them, each apart from everything else, and `failing.py` goes on without those that fail; the
other modules say how each is run.
"""
