"""Machines: states and moves as frozen values, with their guards and effects."""
