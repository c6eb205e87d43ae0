"""Which subscribers a post concerns."""
