"""Who is polled when; what is new, edited or withdrawn; how fresh each source is."""
