"""Who could help with a need, and who could fund a project: hard rules first, then points that are shown."""
