"""What happens out there: figures, charts, CSV."""
