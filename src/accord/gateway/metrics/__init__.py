"""What the gateway counts, and `/metrics`, which tells it in Prometheus' text format.

`series.py` holds the numbers, `tally.py` counts a request that is over, `board.py` is the memory in which workers see each
other's numbers, `exposition.py` writes them out, `scrape.py` serves them. Counting touches plain integers; everything else
is done when somebody asks.
"""
