import Testing

@Suite("ferry help") struct HelpTests {
  /// Examples are written for 120 columns: in a file or a pager they are not broken.
  @Test func examplesKeepTheirLines() throws {
    let help = try Command(["help", "detect"])
    #expect(help.status == 0)
    #expect(
      help.output.contains(
        "videos/ -o scores.csv         interrupted, the same command goes on where it stopped\n"))
    let narrow = try Command(["help", "detect"], environment: ["COLUMNS": "60"])
    #expect(!narrow.output.contains("-o scores.csv         interrupted, the same"))
  }
}
