import Costs
import HostMemory
import Paging
import Testing

@testable import Hypervisor

@Suite("Random operations leave memory as a flat model has it")
struct ModelTests {
  private static let formats = TestMachine.formats + [.npt5]
  private static let seeds: UInt64 = 3
  /// The steps while writes are logged in one way to begin with.
  private static let steps = 24

  @Test("contents, rights, references and caches after each step", arguments: formats)
  func steps(_ format: HostFormat) throws {
    var resolutions: Set<FaultResolution> = []
    var mechanisms: Set<DirtyMechanism> = []
    for seed in UInt64(0)..<Self.seeds {
      // Every other world begins in large pages.
      var world = try ModelWorld(format, seed: seed) {
        $0.policy.backing = seed % 2 == 0 ? .small : .large
      }
      for page in stride(from: 0, to: ModelWorld.pages, by: 400) where seed % 2 == 1 {
        world.touch(0, page, .write, processor: 0, word: 1)
      }
      for mechanism in ModelWorld.mechanisms {
        world.restartLogs(mechanism)
        for _ in 0..<Self.steps where world.problems.isEmpty { world.step() }
      }
      let problems = world.problems
      #expect(problems == [], "\(format), seed \(seed)")
      // Operations are on parts of what was populated at once, too.
      let runs = world.runs
      #expect(runs >= ModelWorld.mechanisms.count, "\(format), seed \(seed)")
      resolutions.formUnion(world.resolutions)
      mechanisms.formUnion(world.mechanisms)
    }
    let hasModificationLog = format == .ept4 || format == .ept5
    let expected = ModelWorld.mechanisms.filter { $0 != .modificationLog || hasModificationLog }
    #expect(mechanisms == Set(expected))
    // What is met is more than first touches.
    #expect(resolutions.isSuperset(of: [.allocate, .copy, .emulate, .log, .permit]))
  }

  @Test(
    "processors whose accesses are seen otherwise",
    arguments: [HostFormat.ept4, .ept5, .arm4K, .sv39x4, .sv57x4])
  func sight(_ format: HostFormat) throws {
    var world = try ModelWorld(format, seed: 7) {
      $0.hasEPTFlags = false
      $0.setsAccessedFlags = false
    }
    for _ in 0..<150 where world.problems.isEmpty { world.step() }
    let problems = world.problems
    #expect(problems == [])
  }

  @Test("a host whose frames give out", arguments: formats)
  func scarce(_ format: HostFormat) throws {
    for seed in UInt64(20)..<22 {
      var world = try ModelWorld(format, seed: seed, nodeBytes: [6 << 20, 3 << 20])
      for _ in 0..<120 where world.problems.isEmpty { world.step() }
      let problems = world.problems
      #expect(problems == [], "\(format), seed \(seed)")
    }
  }

  @Test("a hypervisor that loses its flushes is noticed", arguments: formats)
  func lostFlushes(_ format: HostFormat) throws {
    var world = try ModelWorld(format, seed: 3)
    world.with(0) { machine, _ in machine.losesFlushes = true }
    for _ in 0..<300 where world.problems.isEmpty { world.step() }
    let isNoticed = !world.problems.isEmpty
    #expect(isNoticed)
  }

  @Test(
    "a reference too many, a frame too few, a word that changes and a write not logged are noticed")
  func mutations() throws {
    func world() throws -> ModelWorld {
      var world = try ModelWorld(.ept4, seed: 1)
      for page in 0..<20 { world.touch(0, page, .write, processor: 0, word: 5) }
      world.check()
      let isSound = world.problems.isEmpty
      #expect(isSound)
      return world
    }
    var shared = try world()
    let frame = shared.first.backing[3].frame
    shared.host.frames.share(frame)
    shared.check()
    #expect(shared.problems.count == 1)
    var lost = try world()
    _ = lost.host.frames.allocate(.small)
    lost.check()
    #expect(lost.problems.count == 1)
    var changed = try world()
    changed.store(6, at: HostPhysical(frame.address))
    changed.check()
    #expect(changed.problems.count == 1)
    var logged = try world()
    try logged.first.startDirtyLog(slot: 0, splitting: .onFault, on: &logged.host)
    logged.models[0].dirty[0] = Array(repeating: false, count: ModelWorld.slots[0].count)
    logged.touch(0, 4, .write, processor: 0, word: 9)
    logged.check()
    let isSound = logged.problems.isEmpty
    #expect(isSound)
    logged.first.dirtyLogs[0]?.pages = SlotPages(logged.first.slots[0])
    logged.check()
    #expect(!logged.problems.isEmpty)
  }
}
