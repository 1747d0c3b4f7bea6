import Guests
import Paging
import Testing

/// Guests as values: what they touch, how long they work, and how they grow with their memory.
@Suite("Guest profiles")
struct GuestProfileTests {
  private static let debian = RecordedBoot.debian.trace
  private static let microvm = RecordedBoot.microvm.trace

  private func pages(_ profile: GuestProfile) -> Set<GuestPhysical> {
    var pages = Set<GuestPhysical>()
    for case .touch(let touch) in profile.steps() { pages.insert(touch.address) }
    return pages
  }

  @Test(
    "At its own size a recording is played as it was recorded", arguments: RecordedBoot.allCases)
  func unscaled(_ recorded: RecordedBoot) throws {
    let trace = recorded.trace
    let profile = try GuestProfile(trace, GuestLayout(memoryBytes: trace.memoryBytes))
    var touches: [GuestTouch] = []
    for case .touch(let touch) in profile.steps() { touches.append(touch) }
    #expect(touches.count == trace.touches.count)
    #expect(
      zip(touches, trace.touches).allSatisfy {
        $0.address.value >> 12 == $1.page && $0.kind == $1.kind
      })
    #expect(pages(profile).count == trace.pages)
  }

  @Test(
    "The work of the steps is the recorded instructions' time", arguments: [1, 999, 3000, 7001])
  func time(rate: UInt64) throws {
    let trace = Self.microvm
    let profile = try GuestProfile(
      trace, GuestLayout(memoryBytes: trace.memoryBytes), instructionsPerMicrosecond: rate)
    for (counts, phase) in zip(profile.counts(), trace.phases) {
      #expect(counts.computeNanoseconds == phase.instructions * 1000 / rate)
      #expect(counts.waitNanoseconds == phase.idleMicroseconds * 1000)
    }
    #expect(
      profile.readyNanoseconds
        == trace.phases.reduce(0) {
          $0 + $1.instructions * 1000 / rate + $1.idleMicroseconds * 1000
        })
  }

  @Test(
    "The pages grow by the struct pages alone: 16 KiB for each MiB, exactly",
    arguments: RecordedBoot.allCases, [128, 192, 257, 512, 1000, 1024, 3072, 4096, 6000, 65536])
  func slope(_ recorded: RecordedBoot, mebibytes: UInt64) throws {
    let trace = recorded.trace
    let layout = GuestLayout(memoryBytes: mebibytes << 20)
    guard recorded != .microvm || mebibytes >= 256 else { return }
    let profile = try GuestProfile(trace, layout)
    let touched = pages(profile)
    // 16 KiB are four pages.
    #expect(touched.count == trace.pages + 4 * (Int(mebibytes) - 256))
    #expect(touched.allSatisfy { layout.contains($0) })
    let counts = profile.counts()
    let structPages = counts.reduce(0) { $0 + ($1.newPagesByUse[.structPages] ?? 0) }
    #expect(structPages == 4 * Int(mebibytes))
    // The counts of new pages and the set of pages are found on two ways.
    let new = counts.reduce(0) { $0 + $1.newPagesOfProcessor }
    let silent = Set(trace.touches.map(\.page))
      .subtracting(trace.touches.filter { $0.kind != .device }.map(\.page)).count
    #expect(new + silent == touched.count)
    for number in profile.phases.indices {
      #expect(counts[number].computeNanoseconds == profile.computeNanoseconds(number))
    }
  }

  @Test("Memory behind the hole: the kernel's pages go to its end, the firmware's stay below 4 GiB")
  func hole() throws {
    let profile = try GuestProfile(Self.debian, GuestLayout(memoryBytes: 8 << 30))
    let hole = GuestPhysical(3 << 30)
    for case .touch(let touch) in profile.steps() {
      switch touch.use {
      case .structPages: #expect(touch.address >= GuestPhysical(4 << 30))
      case .initramfs, .firmwareTables, .kernel, .kernelFile: #expect(touch.address < hole)
      default: break
      }
    }
  }

  /// What the recorder found in guests of other sizes: the pages of their backing files.
  @Test(
    "Predicted against recorded sizes",
    arguments: [
      (RecordedBoot.debian, 512, 25905), (.debian, 1024, 28153),
      (.microvm, 512, microvm512), (.microvm, 1024, microvm1024),
    ] as [(RecordedBoot, UInt64, Int)])
  func predicted(recorded: RecordedBoot, mebibytes: UInt64, pages recordedPages: Int) throws {
    let profile = try GuestProfile(recorded.trace, GuestLayout(memoryBytes: mebibytes << 20))
    let predicted = pages(profile).count
    let error = 100 * Double(predicted - recordedPages) / Double(recordedPages)
    print(
      "\(recorded.rawValue), \(mebibytes) MiB: \(predicted) predicted, \(recordedPages) recorded")
    #expect(error.magnitude < 2)
  }

  /// The instructions of the kernel's phase that the recorder found in guests of other sizes.
  @Test(
    "Predicted against recorded instructions",
    arguments: [
      (.debian, 512, 1_603_895_733), (.debian, 1024, 1_618_026_460),
      (.microvm, 512, 1_556_514_179), (.microvm, 1024, 1_568_458_309),
    ] as [(RecordedBoot, UInt64, Double)])
  func predictedWork(recorded: RecordedBoot, mebibytes: UInt64, instructions: Double) throws {
    let profile = try GuestProfile(
      recorded.trace, GuestLayout(memoryBytes: mebibytes << 20), instructionsPerMicrosecond: 1000)
    let kernel = try #require(profile.phases.firstIndex { $0.name == "kernel" })
    let predicted = Double(profile.computeNanoseconds(kernel))
    #expect(((predicted - instructions) / instructions).magnitude < 0.005)
  }

  private static let microvm512 = 23275
  private static let microvm1024 = 25527

  @Test("Memory that is too small is refused, with what is enough")
  func tooSmall() throws {
    let problem = #expect(throws: GuestProfileProblem.self) {
      try GuestProfile(Self.debian, GuestLayout(memoryBytes: 64 << 20))
    }
    guard case .memoryTooSmall(_, let least)? = problem else {
      Issue.record("\(String(describing: problem))")
      return
    }
    #expect(throws: GuestProfileProblem.self) {
      try GuestProfile(Self.debian, GuestLayout(memoryBytes: least - 1 << 20))
    }
    _ = try GuestProfile(Self.debian, GuestLayout(memoryBytes: least))
    #expect(throws: GuestProfileProblem.unevenMemory(bytes: 12345)) {
      try GuestProfile(Self.debian, GuestLayout(memoryBytes: 12345))
    }
  }

  @Test("The order of the steps: launch, phases, work before its touch, ready at last")
  func order() throws {
    let profile = try GuestPreset.microvm.profile()
    var phases: [Int] = []
    var isReady = false
    var first: GuestStep?
    for step in profile.steps() {
      #expect(!isReady)
      if case .phase(let number) = step { phases.append(number) } else { first = first ?? step }
      if step == .ready { isReady = true }
    }
    #expect(phases == Array(profile.phases.indices))
    #expect(isReady)
    #expect(profile.phases[0].name == "launch" && profile.phases[0].addressing == .none)
    #expect(first == .compute(8_000_000))
    #expect(profile.phases.map(\.addressing) == [.none, .physical, .mapped, .mapped])
  }

  @Test("Runs: the work is spread over the touches, and none is lost")
  func runs() {
    let phase = GuestPhase(
      "work",
      .runs(
        [
          .init(page: 10, count: 3, stride: 2, kind: .write),
          .init(page: 0, count: 0, kind: .read), .init(page: 5, count: 1, kind: .fetch),
        ], nanoseconds: 10),
      waitNanoseconds: 7, endsReady: true, source: "a test")
    let profile = GuestProfile(
      "test", GuestLayout(memoryBytes: 1 << 20), phases: [phase],
      mapping: GuestMapping(.sv39, base: GuestVirtual(0), pageBytes: 4096))
    func touch(_ page: UInt64, _ kind: BootTouch.Kind) -> GuestStep {
      .touch(GuestTouch(GuestPhysical(page << 12), kind, .page, .other))
    }
    #expect(
      Array(profile.steps()) == [
        .phase(0), .compute(2), touch(10, .write), .compute(3), touch(12, .write), .compute(2),
        touch(14, .write), .compute(3), touch(5, .fetch), .wait(7), .ready,
      ])
    #expect(profile.readyNanoseconds == 17)
  }

  @Test("A measured boot tells the launch; one that is too short tells nothing")
  func launch() throws {
    let profile = try GuestPreset.debianBoot.profile()
    let own = profile.readyNanoseconds - 100_000_000
    let launched = try #require(
      profile.launched(
        readyAfterNanoseconds: own + 500, touchNanoseconds: 200, source: "measured"))
    #expect(launched.phases[0].waitNanoseconds == 300)
    #expect(launched.phases.count == profile.phases.count)
    #expect(launched.readyNanoseconds == own + 300)
    #expect(profile.launched(readyAfterNanoseconds: own - 1, source: "measured") == nil)
  }

  @Test("A large guest zeroes pages of 1 GiB behind the hole, and maps its memory by them")
  func large() throws {
    let profile = try GuestPreset.large1G.profile(memoryBytes: 8 << 30)
    #expect(profile.mapping.pageBytes == 1 << 30)
    let counts = profile.counts()
    // 5 GiB lie behind the hole, and the kernel's pages are at the end of the last one.
    #expect(counts.last?.newPages == [.write: 4 << 18])
    #expect(
      pages(profile).count == Self.debian.pages + 4 * (8192 - 256) + 4 << 18)
    #expect(throws: GuestProfileProblem.self) {
      try GuestPreset.large1G.profile(memoryBytes: 3 << 30)
    }
  }

  @Test("The guest's map: addresses, and tables as many as the library builds")
  func mapping() throws {
    for (bytes, pageBytes) in [
      (256 << 20, 4096), (1 << 30, 2 << 20), (65 << 30, 1 << 30), (107 << 20, 2 << 20),
      (129 << 20, 2 << 20), (1025 << 20, 2 << 20), (65 << 30 | 2 << 20, 1 << 30),
      (65 << 30 | 3 << 20, 1 << 30),
    ] as [(UInt64, UInt64)] {
      let mapping = GuestMapping(
        .x86Level4, base: GuestVirtual(0xffff_8880_0000_0000), pageBytes: pageBytes)
      #expect(mapping.virtual(GuestPhysical(0x1234)) == GuestVirtual(0xffff_8880_0000_1234))
      var memory = try PhysicalMemory(bytes: 4 << 20)
      var tables = try GuestTables(
        .x86Level4, at: GuestPhysical(0), bytes: 4 << 20, placed: .identity, in: &memory)
      let whole = bytes - bytes % pageBytes
      try tables.map(
        mapping.base, bytes: whole, to: GuestPhysical(0), .readWrite, pageBytes: pageBytes,
        in: &memory)
      if whole < bytes {
        try tables.map(
          mapping.base + whole, bytes: bytes - whole, to: GuestPhysical(whole), .readWrite,
          in: &memory)
      }
      #expect(
        mapping.tables(upTo: GuestPhysical(bytes)) == UInt64(tables.frames.used))
    }
    // The map has room where the recorded guests have written tables, whatever the memory is.
    for preset in [GuestPreset.debianBoot, .microvm] {
      for memory in [256 << 20, 4 << 30, 64 << 30, 1 << 40] as [UInt64] {
        let profile = try preset.profile(memoryBytes: memory)
        let range = profile.mapping.tableRange
        #expect(range.count == 64 << 12)
        #expect(UInt64(range.count >> 12) >= profile.mapping.tables(upTo: profile.layout.end))
        #expect(profile.mapping.pageBytes == (memory < 64 << 30 ? 2 << 20 : 1 << 30))
      }
    }
  }

  @Test("The same value gives the same steps")
  func deterministic() throws {
    let one = try GuestPreset.debianBoot.profile()
    let two = try GuestPreset.debianBoot.profile()
    #expect(one == two)
    #expect(one.steps().elementsEqual(two.steps()))
  }
}
