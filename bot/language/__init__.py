"""A post's words in the reader's own language: engines, the fidelity gate between them and the reader, the cache."""
