"""Makes a package of the Swift examples in FerryRuntime's documentation, so that the compiler sees each of them.

    python3 scripts/lib/tutorial-listings.py CATALOG FOLDER

Every listing of the tutorial becomes a program, every block of Swift in an article the body of a function, whose
parameters are what the articles speak of: `bundle`, `model`, `session`, `picture`, `pictures`, `pipeline`, `frames`.
"""

import re
import sys
from pathlib import Path

PARAMETERS = """bundle: ModelBundle, model: Model, session: Session, input: Tensor, inputs: [Tensor], picture: Picture,
  pictures: [Picture], pipeline: Pipeline, frames: PictureFrames"""

PACK = """import FerryRuntime

let recipe = try Recipe(contentsOf: CommandLine.arguments[1])
try BundleWriter.write(Packer.contents(of: recipe), to: CommandLine.arguments[2])
"""

IMPORTS = ["FerryMedia", "FerryRuntime", "Foundation"]


def functions(article: Path) -> list[str]:
    """The Swift blocks of an article, each as a function. Manifests are not for this compiler."""
    text = article.read_text()
    found = []
    for number, block in enumerate(re.findall(r"^```swift\n(.*?)^```", text, re.MULTILINE | re.DOTALL)):
        if "PackageDescription" in block or ".package(" in block:
            continue
        lines = [line for line in block.splitlines() if not line.startswith("import ")]
        body = "\n".join("  " + line if line else "" for line in lines)
        name = re.sub(r"\W", "", article.stem) + str(number)
        found.append(f"// {article.name}\nfunc {name}(\n  {PARAMETERS}\n) async throws {{\n{body}\n}}\n")
    return found


def main(catalog: Path, folder: Path) -> None:
    """Writes the package."""
    targets = {"pack": PACK}
    for listing in sorted((catalog / "Resources").glob("*.swift")):
        if not listing.name.startswith("package-"):
            targets[f"listing-{listing.stem}"] = listing.read_text()
    examples = [block for article in sorted(catalog.rglob("*.md")) for block in functions(article)]
    if len(targets) < 2 or not examples:
        sys.exit(f"error: {catalog} has no listings or no examples")
    sources = {f"{name}/main.swift": text for name, text in targets.items()}
    sources["examples/Examples.swift"] = "\n".join([f"import {name}" for name in IMPORTS] + [""] + examples)
    for name, text in sources.items():
        file = folder / "Sources" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    products = "".join(f'.product(name: "{name}", package: "ferry"), ' for name in IMPORTS[:2])
    kinds = [(name, "executableTarget") for name in targets] + [("examples", "target")]
    lines = "".join(f'    .{kind}(name: "{name}", dependencies: [{products}]),\n' for name, kind in kinds)
    (folder / "Package.swift").write_text(
        "// swift-tools-version: 6.2\nimport PackageDescription\n\nlet package = Package(\n"
        '  name: "listings", dependencies: [.package(name: "ferry", path: "../ferry")],\n'
        f"  targets: [\n{lines}  ]\n)\n"
    )
    print(f"{len(targets)} listings, {len(examples)} examples of articles")


main(Path(sys.argv[1]), Path(sys.argv[2]))
