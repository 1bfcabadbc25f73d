"""Schedules in and out: Primavera XER and P6 XML, Microsoft Project XML, spreadsheets, iCalendar."""
