"""Work that crosses features: jobs, drills, the embedded stack."""
