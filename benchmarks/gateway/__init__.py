"""The gateway beside other proxies on the same work; `benchmarks/gateway.py` is the command.

`upstream.py`, `nginx.py`, `accord_config.py` and `peer.py` are what runs, `load.py` and `generator.py` what asks, `rounds.py`,
`latency.py`, `crowd.py`, `memory.py` and `startup.py` what is measured, `report.py` what is printed and saved.
"""
