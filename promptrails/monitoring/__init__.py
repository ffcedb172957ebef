"""What an operator sees of the app beside its health: log lines and metrics (docs/monitoring.md)."""
