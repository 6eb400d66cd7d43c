"""Reminders that come once: when they are due, what they wait for, and how they are told whatever falls over."""
