"""Mistakes with limits that a type checker must see. Never run; every line marked `error` has to be one."""

import accord

accord.spend_limit()  # error
accord.spend_limit(2.0)  # error
accord.spend_limit("2.00", unknown="ignore")  # error
accord.spend_limit("2.00").amount.cents  # error
