"""The phrasebook: a post whose every clause is read, said in the reader's language by templates that people wrote.

It needs no key and no model, and it never guesses: what it cannot render whole it does not render.
"""
