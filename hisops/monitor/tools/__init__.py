"""Programs that read hardware for the helper, one file each."""
