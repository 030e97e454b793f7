"""Measured ratios of DESIGN §14: each command runs the hub and its limit side by side, in one run, on one machine."""
