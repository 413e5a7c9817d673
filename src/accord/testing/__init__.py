"""For tests, ours and yours: a fake provider over real HTTP, a pytest plugin, conformance suites. Public."""
