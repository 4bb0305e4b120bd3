import time
import pytest
from .population import World
@pytest.mark.django_db
def test_x(people):
    t=time.time(); w=World(people); print("built", time.time()-t)
    assert 0
