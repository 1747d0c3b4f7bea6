import Testing

@testable import NestwalkCommand

@Suite("The progress of long runs")
struct ProgressLineTests {
  @Test("the rate, and the time that is left at it")
  func text() {
    #expect(
      ProgressLine.text(12, of: 18, "storms", after: .seconds(4))
        == "12 of 18 storms, 3.0 a second, 2 s left")
    #expect(
      ProgressLine.text(1, of: 1000, "storms", after: .milliseconds(2500))
        == "1 of 1000 storms, 0.40 a second, 41 min left")
    #expect(ProgressLine.text(0, of: 5, "storms", after: .seconds(4)) == "0 of 5 storms")
  }

  @Test("without a terminal there is none")
  func noTerminal() throws {
    let run = try CommandRun(["run", "-", "--mitigate"], input: RunCommandTests.scenario)
    #expect(run.status == 0 && run.errors.isEmpty)
  }
}
