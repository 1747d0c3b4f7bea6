import HostMemory
import Testing

@Suite("Merging scripts")
struct MergingScriptTests {
  @Test("Every step can be written")
  func steps() throws {
    let lines: [(String, MergingScriptStep?)] = [
      ("", nil), ("  # a comment", nil), ("kernel 6.1", .kernel(major: 6, minor: 1)),
      ("set max_page_sharing 16", .set(.maxPageSharing, 16)),
      ("space 512 huge # two kinds", .space(pages: 512, isHuge: true)),
      ("space 7", .space(pages: 7, isHuge: false)),
      ("fill 0 1 2 0x1f", .fill(.init(space: 0, first: 1, count: 2), PageContent(31))),
      ("unique 0 1 2 7", .unique(.init(space: 0, first: 1, count: 2), PageContent(7))),
      ("drop 0 1 2", .drop(.init(space: 0, first: 1, count: 2))),
      ("wake 3", .wake(3)), ("scan 4", .scan(4)), ("unmerge", .unmerge),
      ("\tcounters\r", .counters),
    ]
    for (line, step) in lines { #expect(try MergingScriptStep(line: line) == step) }
  }

  @Test(
    "What is wrong has its column",
    arguments: [
      ("merge 1", 1), ("set speed 1", 5), ("set use_zero_pages 2", 20), ("space", 6),
      ("space 1 big", 9), ("fill 0 0 x 1", 10), ("fill 0 0 1 0xz", 12), ("wake 0", 6),
      ("counters now", 10), ("kernel six", 8), ("kernel", 7),
    ])
  func problems(line: String, column: Int) {
    #expect {
      _ = try MergingScriptStep(line: line)
    } throws: { error in
      (error as? MergingScriptError)?.column == column
    }
  }

  @Test("Steps that can't be made say why")
  func refused() throws {
    var run = try MergingScriptRun()
    let pages = MergingScriptPages(space: 0, first: 5, count: 6)
    let steps: [MergingScriptStep] = [
      .scan(1), .drop(pages), .space(pages: 10, isHuge: false), .drop(pages),
    ]
    let refusals = steps.map { Self.refusal(of: $0, &run) }
    #expect(
      refusals == [
        .noMemory, .noSpace(0, count: 0), nil, .beyondSpace(pages, pageCount: 10),
      ])
    #expect(
      refusals[3]?.description == "Pages 5 to 11 are not in space 0, which has 10 pages.")
  }

  private static func refusal(
    of step: MergingScriptStep, _ run: inout MergingScriptRun
  ) -> MergingScriptRunError? {
    do throws(MergingScriptRunError) {
      _ = try run.make(step)
      return nil
    } catch {
      return error
    }
  }
}
