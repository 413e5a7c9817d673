"""State machines for reliability (backoff, breaker, balance, bucket, budget); `now` and randomness are passed in. Pure."""
