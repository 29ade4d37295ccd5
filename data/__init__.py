"""Figures: where they come from, how they are made, where they are kept."""
