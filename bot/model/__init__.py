"""Plain frozen types that every room of the house speaks in; nothing here does I/O or imports our code."""
