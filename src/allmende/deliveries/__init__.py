"""One sealed file from an office to the hub: encrypted, signed, checked when opened."""
