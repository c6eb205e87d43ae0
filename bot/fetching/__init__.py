"""The guarded HTTP client: pace per host, validators, size and address limits."""
