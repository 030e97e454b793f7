"""The board: one view a page, every number with what it rests on, and behind each number its cases."""
