"""What hosts of a vendor's wire refuse beyond its shape, one file a host."""
