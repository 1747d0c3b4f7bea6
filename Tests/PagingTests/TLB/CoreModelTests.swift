import Testing

@testable import Paging

@Suite("Named cores")
struct CoreModelTests {
  @Test("Each core has one name, TLBs of both levels, and a source for each figure")
  func sources() {
    #expect(CoreModel.all.count >= 6)
    #expect(Set(CoreModel.all.map(\.name)).count == CoreModel.all.count)
    for core in CoreModel.all {
      #expect(CoreModel.named(core.name) == core)
      #expect(!core.data.isEmpty && !core.second.isEmpty)
      let tlbs = core.data + core.instruction + core.second + core.secondInstruction
      let sources =
        tlbs.map(\.source) + (core.guestTables + core.hostTables).map(\.source)
        + [core.nested?.source].compactMap { $0 }
      #expect(sources.allSatisfy { $0.description.count > 20 }, "\(core.name)")
      for tlb in tlbs { #expect(tlb.pageSizes.allSatisfy { $0.nonzeroBitCount == 1 }) }
      // Every size of page that the architecture has can be kept, if only in pieces.
      #expect(core.data.contains { $0.pageSizes.contains(4096) })
    }
    #expect(Set(CoreModel.all.map(\.isa)) == Set(ISA.allCases))
    #expect(CoreModel.named("no such core") == nil)
  }

  @Test("The TLBs of every core but RISC-V's are published")
  func published() {
    for core in CoreModel.all {
      let tlbs = core.data + core.instruction + core.second
      #expect(
        tlbs.allSatisfy { $0.source.isAssumed } == (core.isa == .riscv), "\(core.name)")
    }
    #expect(CoreModel.cortexA55.guestTables.allSatisfy { !$0.source.isAssumed })
    #expect(CoreModel.cortexA55.nested?.source.isAssumed == false)
  }

  @Test("A core's caches are empty at first and full of what they hold after a walk")
  func translate() throws {
    for core in CoreModel.all where core.isa == .x86 {
      var example = try X86Example.ept()
      let processor = try X86Processor(example.registers)
      var caches = TranslationCaches(core)
      for access in [.read, .read, .fetch, .fetch] as [Access] {
        _ = try? processor.translate(
          X86Example.linear, access, in: &example.memory, through: &caches)
      }
      let counters = caches.counters
      #expect(counters.hits(.data) == 1)
      #expect(counters.reads > 0 && counters.readsSaved > 0)
    }
  }
}
