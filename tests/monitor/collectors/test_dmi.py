"""Maker and model."""

from hisops.monitor.collectors.dmi import Dmi


def test_one_series_says_maker_model_and_firmware(recorded):
    (sample,) = Dmi().read(recorded("dmi")).samples()

    labels = dict(sample.labels)
    assert sample.value == 1
    assert labels["system_vendor"] == "Dell Inc."
    assert labels["product_name"] == "PowerEdge R6515"
    assert labels["chassis_asset_tag"] == ""
    assert "product_serial" not in labels
