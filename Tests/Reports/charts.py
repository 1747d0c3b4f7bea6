#!/usr/bin/env python3
"""Checks that what each chart of a page draws lies inside the chart's box.

The page is what a browser has made of it (`--dump-dom`), so what the browser could not read is not
there. Texts count with the width that their characters have in the page's font, roughly.
"""

import argparse
import math
import re
import sys
from html.parser import HTMLParser

NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|nan|inf", re.IGNORECASE)
# The font has 13 pixels, and its digits and letters are about half as wide on average.
CHARACTER = 6.6


class Charts(HTMLParser):
    """Collects the coordinates of each drawing."""

    def __init__(self) -> None:
        super().__init__()
        self.charts = 0
        self.elements = 0
        self.problems: list[str] = []
        self.box: tuple[float, float] | None = None
        self.title = ""
        self.text_at: tuple[float, float, str] | None = None
        self.in_title = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Takes an element's coordinates."""
        values = {name: value or "" for name, value in attributes}
        if tag == "svg":
            _, _, width, height = map(float, values["viewbox"].split())
            self.box = (width, height)
            self.charts += 1
            self.elements = 0
            self.title = ""
            return
        if self.box is None:
            return
        if tag == "title" and not self.title:
            self.in_title = True
        elif tag == "line":
            self.check(tag, values["x1"], values["y1"])
            self.check(tag, values["x2"], values["y2"])
        elif tag == "rect":
            x, y = float(values["x"]), float(values["y"])
            self.check(tag, values["x"], values["y"])
            self.check(tag, str(x + float(values["width"])), str(y + float(values["height"])))
        elif tag == "path":
            numbers = NUMBER.findall(values["d"])
            if len(numbers) < 4 or len(numbers) % 2:
                self.problems.append(f"{self.title}: a path of {len(numbers)} numbers")
            for x, y in zip(numbers[::2], numbers[1::2]):
                self.check(tag, x, y)
        elif tag == "text":
            self.text_at = (float(values["x"]), float(values["y"]), values.get("class", ""))

    def handle_data(self, data: str) -> None:
        """Takes a text's extent."""
        if self.in_title:
            self.title += data
        if self.text_at is not None and data.strip():
            x, y, style = self.text_at
            width = CHARACTER * len(data.strip())
            left = x - width if "end" in style else x - width / 2 if "middle" in style else x
            self.check(f"text “{data.strip()}”", str(left), str(y))
            self.check(f"text “{data.strip()}”", str(left + width), str(y))

    def handle_endtag(self, tag: str) -> None:
        """Ends a drawing, which must have drawn something."""
        if tag == "title":
            self.in_title = False
        elif tag == "text":
            self.text_at = None
        elif tag == "svg":
            if self.elements < 4:
                self.problems.append(f"{self.title}: next to nothing is drawn")
            self.box = None

    def check(self, what: str, x: str, y: str) -> None:
        """Notes a point that lies outside of the box, or nowhere."""
        assert self.box is not None
        self.elements += 1
        point = (float(x), float(y))
        inside = all(
            math.isfinite(value) and -0.5 <= value <= most + 0.5
            for value, most in zip(point, self.box)
        )
        if not inside and len(self.problems) < 20:
            self.problems.append(f"{self.title}: {what} at {x}, {y} is outside of {self.box}")


def main() -> int:
    """Checks the page that is named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page")
    parser.add_argument("--charts", type=int, required=True, help="how many charts it must have")
    arguments = parser.parse_args()
    charts = Charts()
    with open(arguments.page, encoding="utf-8") as page:
        charts.feed(page.read())
    if charts.charts != arguments.charts:
        charts.problems.append(f"{charts.charts} charts instead of {arguments.charts}")
    for problem in charts.problems:
        print(f"FAILED: {problem}")
    print(f"{charts.charts} charts, {len(charts.problems)} problems")
    return 1 if charts.problems else 0


if __name__ == "__main__":
    sys.exit(main())
