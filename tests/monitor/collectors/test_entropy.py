"""Randomness at hand."""

from hisops.monitor.collectors.entropy import Entropy


def test_tells_bits_at_hand_and_their_limit(recorded, values):
    assert values(Entropy().read(recorded("entropy"))) == {
        ("node_entropy_available_bits",): 256,
        ("node_entropy_pool_size_bits",): 256,
    }
