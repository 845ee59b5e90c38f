"""Benchmarks: `python -m tests.benchmarks [NAME] [ARGUMENTS]`; without NAME, `answers` and `window`.

A benchmark is a module here with `run(arguments: list[str]) -> dict[str, object]`: it prints as it goes, and
what it returns is kept as build/benchmarks/NAME.json. The first line of its docstring says what it measures.
"""
