"""Scoring of replies: three light models say how likely one is beside the letter, stock phrases, or unfinished."""
