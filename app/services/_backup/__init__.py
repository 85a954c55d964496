"""How a backup is made and put back: its file, and the two databases. Shared by `backups`."""
