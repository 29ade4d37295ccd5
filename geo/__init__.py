"""Areas, boundaries, class breaks and map files. Knows nothing of health."""
