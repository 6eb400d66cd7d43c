"""What keeps the product from starting, told to the person in front of the terminal."""


class CannotStart(Exception):
    """Its text is one or more full sentences that say what is wrong and what to do; it is shown without a traceback."""
