"""Signing in through one's organisation: OpenID Connect, SAML, and the three pages around them.

allauth gives the stores (apps, accounts, states of the session) and what follows the proof (second
factor, confirmed address, session). Checking the proof is ours: see decision 0018.
"""
