import FerryModel
import FerryTensor
import FerryVerify
import Foundation
import Testing

@Suite("The report as HTML")
struct HTMLReportTests {
  private static let divergent = "features/stage2/unit1/depthwise"

  private func read(_ html: String) throws -> ReportReader { try #require(ReportReader.read(html)) }

  @Test("one file that needs nothing else")
  func selfContained() throws {
    var demo = try DemoReport(units: 8)
    let html = try demo.report(divergent: Self.divergent).html(graph: demo.network.graph)
    let page = try read(html)
    // The name of the SVG namespace is no address that anything is fetched from.
    #expect(!html.replacing("xmlns=\"http://www.w3.org/2000/svg\"", with: "").contains("http:"))
    #expect(!html.contains("https:") && !html.contains("@import") && !html.contains("url("))
    for name in ["script", "link", "img", "iframe", "object", "embed", "form", "image"] {
      #expect(page.all(name).isEmpty, "\(name)")
    }
    #expect(page.elements.allSatisfy { element in !element.attributes.keys.contains { $0.hasPrefix("on") } })
    #expect(page.all("use").allSatisfy { $0.attributes["href"] == "#drawing" })
    let policy = page.all("meta").first { $0.attributes["http-equiv"] == "Content-Security-Policy" }
    #expect(policy?.attributes["content"] == "default-src 'none'; style-src 'unsafe-inline'; img-src data:")
    let style = try #require(page.all("style").first?.text)
    #expect(style.contains("@media screen and (prefers-color-scheme:dark)") && style.contains("@media print"))
    #expect(html == (try rewritten(units: 8)))
  }

  private func rewritten(units: Int) throws -> String {
    var demo = try DemoReport(units: units)
    return try demo.report(divergent: Self.divergent).html(graph: demo.network.graph)
  }

  @Test("verdict, figures and finding on top")
  func summary() throws {
    var demo = try DemoReport(units: 8)
    let failing = try read(demo.report(divergent: Self.divergent).html())
    #expect(failing.all("title").first?.text == "FAILED: face-classifier.ferry")
    #expect(failing.all("p", "bad").count == 1 && failing.all("p", "good").isEmpty)
    let finding = failing.all("p", "main", within: "finding")
    #expect(finding.count == 1)
    #expect(failing.all("code", within: "finding").map(\.text) == [Self.divergent])
    let lists = failing.all("span", "list", within: "finding").map(\.text)
    #expect(lists.prefix(3) == ["[1, 1, 1, 1]", "[0, 0, 1, 1]", "3.1e-7"])
    #expect(failing.all("dd", within: "tiles").map(\.text).contains("52 %"))

    let passing = try read(demo.report().html())
    #expect(passing.all("p", "good").count == 1 && passing.all("div", "finding").isEmpty)
    #expect(passing.all("tr", "bad").isEmpty)
  }

  @Test("the plot along the network has a mark for each layer and view, at its error")
  func layerPlot() throws {
    let errors: [Float] = [1e-7, 1e-6, 1e-5, 1e-3]
    let layers = try errors.enumerated().map { try DemoCases.layer("l\($0)", run: $1, alone: 1e-7) }
    let page = try read(DemoCases.report(LayerReport(layers: layers)).html())
    let marks = page.all("circle", within: "layers", "cumulative", "mark").filter { !$0.around.contains("key") }
    // One is outside the tolerance and no circle.
    #expect(marks.count == 3)
    #expect(page.all("g", "outside", within: "layers", "cumulative").filter { !$0.around.contains("key") }.count == 1)
    #expect(
      page.all("g", "mark", within: "layers", "isolated").filter { !$0.around.contains("key") }.count == 4)
    let plot = try #require(page.all("svg", "layers").first)
    #expect(plot.number("data-layers") == 4 && plot.number("data-points") == 4)
    #expect(plot.attributes["role"] == "img")
    // A decade is as high everywhere. The errors themselves are what float32 makes of them next to 1.
    let heights = marks.map { $0.number("cy") }
    let decades: [Double] = layers.map { log10($0.cumulative.comparison?.peakError ?? .nan) }
    let first: Double = (heights[0] - heights[1]) / (decades[1] - decades[0])
    let second: Double = (heights[1] - heights[2]) / (decades[2] - decades[1])
    #expect(abs(first - second) < 1 && first > 10)
    #expect(heights[0] > heights[1] && heights[1] > heights[2])
    #expect(marks.map { $0.number("cx") } == marks.map { $0.number("cx") }.sorted())
    // Right by itself: nothing is to blame.
    #expect(page.all("text", "culprit").isEmpty)
    #expect(page.text.contains("2: l1\nConv, 1×2\ncumulative 9.5e-7"))
  }

  @Test("tolerance, the oracle's band, and what a logarithmic axis has no place for")
  func layerPlotParts() throws {
    var demo = try DemoReport(units: 8)
    let withOracle = try read(demo.report(divergent: Self.divergent).html())
    #expect(withOracle.all("g", "oracle", within: "layers").count == 2)  // one is the key's
    #expect(withOracle.all("g", "tolerance", within: "layers").count == 2)
    #expect(withOracle.all("path", "pointer").count == 1)
    #expect(try read(demo.report(hasOracle: false).html()).all("g", "oracle").isEmpty)

    let mixed = try read(DemoCases.report(DemoCases.mixed()).html())
    let ticks = mixed.all("text", "tick", within: "layers").map(\.text)
    #expect(ticks.contains("equal") && ticks.contains("none"))
    #expect(!withOracle.all("text", "tick", within: "layers").map(\.text).contains("equal"))
  }

  @Test("histograms, maps and channels of the layers that have pictures")
  func pictures() throws {
    let page = try read(DemoCases.report(DemoCases.mixed()).html())
    #expect(page.all("svg", "histogram").count == 2 && page.all("svg", "channels").count == 2)
    // Rank 2 has no map.
    #expect(page.all("svg", "heat").count == 1)
    // Two equal elements, one of 0.125, one that is not finite; 699 equal features and one of 0.35.
    #expect(
      page.all("rect", "bar", within: "histogram").map { $0.classes.last ?? "" } == [
        "equal", "infinite", "outside", "equal", "outside",
      ])
    #expect(page.all("path", within: "cells").map { $0.classes.first ?? "" } == ["infinite", "l15", "none"])
    let channels = page.all("rect", "bar", within: "channels").map { $0.classes.last ?? "" }
    #expect(channels == ["infinite", "outside", "outside"])
  }

  @Test("the diagnosis with what each explanation leaves")
  func diagnosis() throws {
    var demo = try DemoReport(units: 8)
    let page = try read(demo.report(divergent: Self.divergent).html())
    let bars = page.all("rect", "bar", within: "ruler")
    #expect(bars.map { $0.classes.last ?? "" } == ["outside", "inside", "outside", "outside", "outside"])
    let widths = bars.map { Double($0.attributes["width"]?.dropLast() ?? "") ?? .nan }
    #expect(widths[1] < widths[2] && widths[2] < widths[3] && widths[3] < widths[4])
    #expect(page.all("line", "limit").count == 5)
    #expect(page.text.contains("explains all of it"))
  }

  @Test("every layer has a row, in the network's order, with heads that say what stands below them")
  func table() throws {
    var demo = try DemoReport(units: 8)
    let report = try demo.report(divergent: Self.divergent)
    let page = try read(report.html())
    let layers = try #require(report.cases[0].layers?.layers)
    let named = page.all("th", "name", within: "case0").filter { $0.attributes["scope"] == "row" }
    let rows = named.suffix(layers.count)
    #expect(rows.map { $0.text.split(separator: " ").joined() } == layers.map(\.name))
    #expect(page.all("th").allSatisfy { $0.attributes["scope"] != nil })
    #expect(page.all("tr", "bad", within: "case0").count == layers.count { !$0.passed })
    #expect(page.all("li", within: "names").count == 31)
    #expect(page.text.contains("fold-batch-normalization: 20 values"))
  }

  @Test("provenance")
  func provenance() throws {
    var demo = try DemoReport(units: 8)
    let text = try read(demo.report().html()).text
    for part in [
      "face-classifier.onnx", "pytorch 2.13.0, opset 17", "Ferry 0.6.0", "avx2, 2 threads",
      "numpy 2.3.1, onnx 1.19.0, torch 2.13.0", "Linux x86-64, AVX2", "golden/face-classifier",
      "peak 2e-5: float32 sums over tens of layers",
    ] { #expect(text.contains(part), "\(part)") }
  }

  @Test("names from files stay text")
  func hostileNames() throws {
    let name = DemoCases.hostileName
    let layers = try DemoCases.mixed(name: name)
    let html = try DemoCases.report(layers, name: name).html(graph: DemoCases.graph(layers))
    let page = try read(html)
    for tag in ["script", "img"] { #expect(page.all(tag).isEmpty) }
    #expect(!html.contains("<script") && !html.contains("<img"))
    #expect(page.text.contains("</td></text></title><script>alert(1)</script><img src=x onerror=alert(2)>&\"'"))
    #expect(html.unicodeScalars.allSatisfy { $0 == "\n" || ($0.value >= 0x20 && ![0x202E, 0xFFFE].contains($0.value)) })
    #expect(page.all("g", "divergent").count == 1)
  }

  @Test("a network of 20 000 layers makes a file of bounded size")
  func bounded() throws {
    var report = try DemoCases.report(DemoCases.many(20_000))
    let one = report.html()
    #expect(one.utf8.count < 4 << 20)
    let page = try read(one)
    let plot = try #require(page.all("svg", "layers").first)
    #expect(plot.number("data-layers") == 20_000 && plot.number("data-points") == 480)
    #expect(page.all("g", "outside", within: "layers", "isolated").filter { !$0.around.contains("key") }.count == 20)
    #expect(page.text.contains("The 2000 worst of 20000 layers"))
    // All that fail are among them.
    #expect(page.all("tr", "bad", within: "case0").count == 20)
    report.cases += [VerificationReport.Case](repeating: report.cases[0], count: 60)
    let many = report.html()
    #expect(many.utf8.count < 20 << 20)
    #expect(try read(many).all("svg", "layers").count == 40)
  }

  @Test("cases that could not be run, reports of nothing")
  func nothing() throws {
    let page = try read(
      VerificationReport(
        subject: "net.ferry", cases: [.init(name: "picture", failure: FerryError(.missingInput, "no input <x>"))]
      ).html())
    #expect(page.text.contains("could not be run: no input <x>"))
    #expect(try read(VerificationReport(subject: "net.ferry").html()).text.contains("nothing was compared"))
    let empty = try DemoCases.report(LayerReport(layers: [], unknown: ["a"]))
    #expect(try read(empty.html()).text.contains("no layer was compared"))
  }
}
