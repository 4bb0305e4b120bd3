"""What this floor publishes, for machines."""

from ninja import Router

router = Router()
