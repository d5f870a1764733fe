"""Programs that run on nodes, alone, by the node's own Python (3.9 or later): standard library only."""
