"""Where: an alert's areas as shapes, and small maps of them. Imports the model alone."""
