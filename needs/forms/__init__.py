"""Forms of this floor."""

from .diagnostic import AreaPage as AreaPage
from .diagnostic import StartForm as StartForm
