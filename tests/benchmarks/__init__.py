"""Benchmarks: `python -m tests.benchmarks` lists them, `... NAME [ARGUMENTS]` runs one.

A benchmark is a module here with `run(arguments: list[str]) -> dict[str, object]`: it prints as it goes, and
what it returns is kept as build/benchmarks/NAME.json. The first line of its docstring says what it measures.
"""
