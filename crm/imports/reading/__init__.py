"""Files from outside, read in a child process that may fail alone: workbooks and delimited text become rows on disk.

This package's child side imports no Django: it starts in some 50 ms and holds nothing worth stealing.
"""
