"""The vocabulary of the project: frozen structures and enums, imported by everything, importing nothing.

`msgspec.Struct` rather than dataclasses: equally frozen and slotted, and every document that enters the program (a
YAML file, a node's answer, a facts file) is decoded *into* these types, so a wrong key or type is an error with its
path instead of a surprise later.
"""
