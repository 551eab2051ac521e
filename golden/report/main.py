"""Opens a report of `ferry verify --report` in headless Chromium and checks that it is what it should be.

    main.py REPORT.html FOLDER [--expect REPORT.json] [--seconds N]

Looks at it light and dark, 1400 and 700 pixels wide, and as it is printed: no error on the console, no request, nothing
beyond the page's width, no texts that cover each other, every plot there with as many marks as it says it has. With
--expect, what `ferry verify --json` wrote of the same run, the numbers must be those. Screenshots and a PDF go into
FOLDER. Exits with 1 if something is wrong.
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
from pathlib import Path
from typing import Any

from report.chromium import Chromium, ChromiumError, Page

# A4 at 96 dots an inch, without the margins that the report asks for.
PAPER_WIDTH = 703
VIEWS = (
    ("light-1400", 1400, False, False),
    ("light-700", 700, False, False),
    ("dark-1400", 1400, True, False),
    ("dark-700", 700, True, False),
    ("paper", PAPER_WIDTH, True, True),
)
# Browsers draw no higher pictures.
HIGHEST = 16000


def luminance(colour: str) -> float:
    """How bright a colour such as `rgb(20, 24, 31)` is, from 0 to 255."""
    red, green, blue = (float(part) for part in colour[colour.index("(") + 1 : -1].split(",")[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def looks(state: dict[str, Any], *, dark: bool, paper: bool) -> list[str]:
    """What is wrong with a page's colours."""
    ground, ink = luminance(state["background"]), luminance(state["ink"])
    if abs(ground - ink) < 140:
        return [f"the text hardly stands out: {state['ink']} on {state['background']}"]
    if dark and not paper and ground > 80:
        return ["the dark page is light"]
    if (paper or not dark) and ground < 200:
        return ["the light page is dark"]
    return []


def content(state: dict[str, Any]) -> list[str]:
    """What is wrong with the marks of a page's plots, by what the plots say of themselves."""
    found: list[str] = []
    for plot in state["plots"]:
        if plot["cumulative"] != plot["points"]:
            found.append(f"a plot of {plot['points']} points has {plot['cumulative']} marks of the run")
        if plot["isolated"] > plot["points"]:
            found.append(f"a plot of {plot['points']} points has {plot['isolated']} marks of layers by themselves")
        # What has only accumulated in the run is no defect.
        if plot["defects"] and not plot["pointers"]:
            found.append("layers are wrong by themselves, and none is named")
    if 0 in state["bars"] or 0 in state["cells"]:
        found.append("a histogram or a map is empty")
    if any(plot["defects"] for plot in state["plots"]) and state["networks"] and not state["marked"]:
        found.append("the divergent node is not marked in the network")
    return found


def expected(state: dict[str, Any], document: dict[str, Any]) -> list[str]:
    """Where a page differs from the JSON of the same run."""
    found: list[str] = []
    reports = [case["layers"] for case in document["cases"] if case.get("layers")]
    if len(state["plots"]) != sum(1 for report in reports if report["layers"]):
        found.append(f"{len(reports)} cases have layers, {len(state['plots'])} plots are there")
    for plot, report in zip(state["plots"], (report for report in reports if report["layers"]), strict=False):
        layers = report["layers"]
        if plot["layers"] != len(layers):
            found.append(f"{len(layers)} layers were compared, the plot shows {plot['layers']}")
        if plot["points"] == len(layers):
            outside = sum(
                not view["passed"] for layer in layers for view in (layer["cumulative"], layer["isolated"]) if view
            )
            if plot["outside"] != outside:
                found.append(f"{outside} outcomes are outside the tolerance, {plot['outside']} are marked so")
    pictures = sum(min(8, sum(layer["picture"] is not None for layer in report["layers"])) for report in reports)
    if state["histograms"] != pictures:
        found.append(f"{pictures} layers have pictures, {state['histograms']} histograms are there")
    return found


def check(arguments: argparse.Namespace) -> list[str]:
    """Everything that is wrong with a report."""
    document = json.loads(arguments.expect.read_text()) if arguments.expect else None
    probe = Path(__file__).with_name("probe.js").read_text()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    found: list[str] = []
    with Chromium(arguments.seconds) as browser:
        page = Page(browser)
        for name, width, dark, paper in VIEWS:
            page.show(width, dark=dark, paper=paper)
            if name == VIEWS[0][0]:
                page.open(arguments.report.resolve().as_uri())
            state = page.evaluate(probe)
            wrong = state["found"] + looks(state, dark=dark, paper=paper) + content(state)
            if document:
                wrong += expected(state, document)
            found += [f"{name}: {text}" for text in wrong]
            picture = page.call(
                "Page.captureScreenshot",
                format="png",
                captureBeyondViewport=True,
                clip={"x": 0, "y": 0, "width": width, "height": min(state["height"], HIGHEST), "scale": 1},
            )
            (arguments.folder / f"{name}.png").write_bytes(base64.b64decode(picture["data"]))
        page.show(PAPER_WIDTH, paper=True)
        printed = base64.b64decode(
            page.call("Page.printToPDF", preferCSSPageSize=True, paperWidth=8.27, paperHeight=11.69)["data"]
        )
        (arguments.folder / "report.pdf").write_bytes(printed)
        if not printed.startswith(b"%PDF-") or b"/Type /Page" not in printed:
            found.append("print: no page came out")
        found += page.complaints()
        print(
            f"{arguments.report.name}: {len(state['plots'])} plots of layers, {state['histograms']} histograms, "
            f"{state['maps']} maps, {state['nodes']} nodes drawn, {state['rows']} rows; pictures in {arguments.folder}"
        )
    return found


def main() -> None:
    """Reads the command line, checks, and reports."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--expect", type=Path)
    parser.add_argument("--seconds", type=float, default=300)
    try:
        found = check(parser.parse_args())
    except (ChromiumError, OSError, ValueError) as error:
        sys.exit(f"error: {error}")
    for line in found:
        print(f"  {line}", file=sys.stderr)
    if found:
        sys.exit(f"error: {len(found)} things are wrong with the report")


if __name__ == "__main__":
    main()
