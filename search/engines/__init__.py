"""Two engines behind one door. Only `search.queries` talks to them (a contract holds it)."""
