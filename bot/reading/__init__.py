"""What an official message means, and whether it may be relayed."""
