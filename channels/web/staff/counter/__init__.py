"""The counter 代录: letters of callers, visitors and post, printed receipts, and what people add to open letters."""
