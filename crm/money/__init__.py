"""Amounts with their currency: how they are written, rounded and, by the rates of a day, summed."""
