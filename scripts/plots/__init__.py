"""The pictures of scripts/plot.py, by what they show."""
