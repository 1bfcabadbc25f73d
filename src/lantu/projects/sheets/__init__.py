"""Spreadsheets of projects: the columns, how a cell is read, how a file is opened and written."""
