"""The console: the screens of the Network's staff in the admin. Plain views that call services."""
