"""Rules as data: what the nation prescribes and what a city adds. No Django.

``load.national()`` and ``load.city()`` give the packs in use; ``check.check_pack(directory)`` tells
what is wrong with one, by file, line and remedy. Another city installs by bringing its own pack.
"""
