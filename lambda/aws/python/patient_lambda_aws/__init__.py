"""Signed calls of AWS's JSON services on the standard library alone."""
