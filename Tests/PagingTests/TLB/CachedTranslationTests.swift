import Testing

@testable import Paging

@Suite("Translation through caches")
struct CachedTranslationTests {
  /// A core with one small TLB.
  static func core(_ lines: Int = 4) -> CoreModel {
    var core = CoreModel("test", "A test's core", .x86)
    core.data = [
      CoreModel.TLB(CacheShape(lines), pageSizes: [4096, 2 << 20], .assumed("for a test"))
    ]
    return core
  }

  @Test("The second access to a page reads no table")
  func secondAccess() throws {
    var example = try X86Example.ept()
    let processor = try X86Processor(example.registers)
    var caches = TranslationCaches(Self.core())
    let first = try processor.translate(
      X86Example.linear, .write, in: &example.memory, through: &caches)
    #expect(first.origin == .walk)
    #expect(first.reads == 24)
    let second = try processor.translate(
      X86Example.linear, .write, in: &example.memory, through: &caches)
    #expect(second.origin == .firstLevel)
    #expect(second.reads == 0)
    #expect(second.hostPhysical == first.hostPhysical)
    #expect(second.pageShift == 12)
  }
}
