"""What the numbers of a run allow to say. docs/evaluation.md has methods, sources and a simulation study."""
