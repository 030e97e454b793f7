"""Supervision: checks on replies, the patrol that watches the clocks, and the figures of the board."""
