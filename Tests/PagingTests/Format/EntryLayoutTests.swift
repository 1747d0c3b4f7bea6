import Testing

@testable import Paging

@Suite("Layouts of entries")
struct EntryLayoutTests {
  /// Whether fields, from the most significant down, cover a word exactly once.
  private func covers(_ layout: [Bits]) -> Bool {
    var next = 64
    for field in layout {
      next -= field.mask.nonzeroBitCount
      guard next >= 0, Int(field.low) == next else { return false }
    }
    return next == 0
  }

  @Test("The fields of RISC-V entries cover the word exactly once")
  func riscv() {
    #expect(covers(RISCVEntry.layout))
  }

  @Test("The fields of x86-64 entries cover the word exactly once")
  func x86() {
    #expect(covers(X86Entry.tableLayout))
    #expect(covers(X86Entry.layout1G))
    #expect(covers(X86Entry.layout2M))
    #expect(covers(X86Entry.layout4K))
  }

  @Test("The fields of EPT entries cover the word exactly once")
  func ept() {
    #expect(covers(EPTEntry.tableLayout))
    #expect(covers(EPTEntry.layout1G))
    #expect(covers(EPTEntry.layout2M))
    #expect(covers(EPTEntry.layout4K))
  }

  @Test("The fields of VMSAv8-64 descriptors cover the word exactly once")
  func arm() {
    #expect(covers(ArmStage1Entry.layout))
    #expect(covers(ArmStage2Entry.layout))
  }
}
