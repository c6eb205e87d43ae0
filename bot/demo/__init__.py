"""A storm day replayed: a local site, a local Bot API server, a chat page in the browser."""
