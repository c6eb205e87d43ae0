"""Official accounts that are known: who they are, where they stand, how that was verified. Data, and how to search it."""
