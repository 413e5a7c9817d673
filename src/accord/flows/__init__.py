"""A call as a generator: it yields what it wants done and receives what came of it. Pure."""
