"""Pages of this floor: form in, one service or selector, answer out."""
