"""Calendar files from outside, read in a child process that may fail alone.

The child's side imports no Django: it starts at once and holds nothing worth stealing.
"""
