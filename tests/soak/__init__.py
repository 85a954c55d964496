"""What must hold whatever breaks: kills, full disks, many at once. Short in tests, long by name."""
