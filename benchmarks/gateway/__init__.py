"""The gateway beside other proxies on the same work; `benchmarks/gateway.py` is the command.

`upstream.py`, `nginx.py`, `accord_config.py` and `peer/` are what runs, `load.py`, `generator.py` and `answer.py` what asks, `rounds.py`,
`latency.py`, `crowd.py`, `memory.py` and `startup.py` what is measured, `report.py` what is printed and saved.
"""
