"""What both faces share between a request and the wire: targets, admission, records."""
