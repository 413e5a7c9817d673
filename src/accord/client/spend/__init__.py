"""What calls cost, summed up and bounded: `client.spending`, `with accord.spend_limit("2.00"):`."""
