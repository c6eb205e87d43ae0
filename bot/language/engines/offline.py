"""Placeholder."""
NAME = "offline"
class Offline:
    def __init__(self, p): ...
