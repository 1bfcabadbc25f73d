"""Reports as Word and PDF: both typeset from the same frozen facts."""
