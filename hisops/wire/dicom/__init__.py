"""DICOM: a small upper layer and the five DIMSE services that a probe needs."""
