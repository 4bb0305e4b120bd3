from . import probes
def test_dbg(world):
    print("\n".join(probes.change_leaks(world, probes.CHANGES_OF_A_ROW_AT_HAND)))
    assert 0
