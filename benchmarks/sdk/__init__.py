"""The library beside the official OpenAI SDK on the same work.

One server on loopback, in a process of its own, answers a chat completion of about 1 KB or a stream of 102 events, plain and
over TLS. Everything that is measured runs in a fresh process; Accord and the SDK take turns, and ratios are medians of what
each pair of runs gave. CPU is that of the process, user and system.
"""
