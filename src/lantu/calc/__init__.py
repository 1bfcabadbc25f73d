"""Pure methods: the standard library and numpy only; no Django, no I/O, no clock.

One module per standard or method. Every module names its source and clause, and its worked
example stands beside it as a test.
"""
