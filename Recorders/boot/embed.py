#!/usr/bin/env python3
"""Writes a recording into the sources, so that the library has it wherever it runs.

    embed.py RECORDING NAME >Sources/Guests/Boot/Recordings/…

The text is Base64 in lines; a test compares it with the recording's file.
"""

from __future__ import annotations

import base64
import sys
import textwrap
from pathlib import Path


def main() -> None:
    """Prints the source."""
    path, name = Path(sys.argv[1]), sys.argv[2]
    text = base64.b64encode(path.read_bytes()).decode()
    print(f"// Made by Recorders/boot/embed.py from Scenarios/boots/{path.name}; not to be edited.")
    print("extension RecordedBoot {")
    print(f'  static let {name} = """')
    print("\n".join(f"    {line}" for line in textwrap.wrap(text, 4000)))
    print('    """')
    print("}")


if __name__ == "__main__":
    main()
