import Testing

@testable import Paging

@Suite("A cached walk is an uncached one")
struct CachedEqualsUncachedTests {
  @Test("After any edits with their invalidations", arguments: CachedRun.all)
  func random(run: CachedRun) throws {
    let outcome = try run.play()
    #expect(outcome.difference == nil)
    #expect(outcome.isSaving, "the caches have saved no reads")
  }
}
