"""Bulletins 通报, grades and reports: drawn from the board's figures, frozen, checked and released by two people."""
