"""Certificates as things that leave the house: codes, keys, badges and paper. Plain values in, nothing is queried."""
