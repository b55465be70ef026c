"""The gate: decides before each invocation whether the handler is called, and keeps or answers what it must not see."""
