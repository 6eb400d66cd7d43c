"""Calendars in and out by iCalendar (RFC 5545): private feeds, import of .ics files, invitations by mail."""
