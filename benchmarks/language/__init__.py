"""The evaluation of the language part, with its posts."""
