"""The device does it: files that iPhones, Macs, Thunderbird and others set an account up from."""
