"""Speed and memory of the atlas, beside the naive way and the floor; see docs/performance.md."""
