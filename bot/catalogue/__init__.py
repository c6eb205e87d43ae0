"""Official accounts that are known: those that come with the program, and the lists that IFRC and WMO publish.

Knows no chat and no database. What is brought in lies in one file (``TOCSIN_CATALOGUE``), JSON Lines; ``keeping`` has its
format.
"""
