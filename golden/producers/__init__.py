"""Files of other producers than PyTorch, and imitations of their spelling."""
