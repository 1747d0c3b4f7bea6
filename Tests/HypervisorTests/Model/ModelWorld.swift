import Costs
import Guests
import HostMemory
import Paging

@testable import Hypervisor

/// A host with one or two machines, and a flat model of what their memory holds.
struct ModelWorld: ~Copyable {
  /// What one machine's memory must be like.
  struct Model {
    /// The first word of each page of the memory.
    var words: [UInt64]
    /// For each slot of memory that is written to: the pages that were written since they were cleared in
    /// its log; nothing while writes aren't logged.
    var dirty: [[Bool]?] = [nil, nil]

    /// Notes that a page was written, or was cleared in the log.
    mutating func setDirty(_ page: Int, _ isDirty: Bool) {
      let slot = ModelWorld.slot(of: page)
      dirty[slot]?[page - ModelWorld.slots[slot].lowerBound] = isDirty
    }
  }

  var host: Host
  var first: VirtualMachine
  var second: VirtualMachine?
  var models: [Model]
  var random: SplitMix64
  /// What the last step was, and what was found wrong.
  var steps: [String] = []
  var problems: [String] = []
  /// The ways in which writes were logged.
  var mechanisms: Set<DirtyMechanism> = []
  /// How many operations met 2 MiB whose small pages had one record.
  var runs = 0
  private let frames: UInt64

  /// The pages of each slot of memory that is written to, side by side.
  static let slots = [0..<1024, 1024..<1536]
  static let pages = 1536
  static let rom: UInt64 = 8 << 20

  /// The slot that a page belongs to.
  static func slot(of page: Int) -> Int { page < slots[0].upperBound ? 0 : 1 }

  init(
    _ format: HostFormat, seed: UInt64, nodeBytes: [UInt64] = [32 << 20, 16 << 20],
    _ change: (inout MachineConfiguration) -> Void = { _ in }
  ) throws {
    var host = try Host(nodeBytes: nodeBytes, storageBytes: 64 << 20)
    var configuration = MachineConfiguration(
      format,
      slots: Self.slots.map {
        Slot(at: GuestPhysical(UInt64($0.lowerBound) << 12), bytes: UInt64($0.count) << 12)
      } + [Slot(at: GuestPhysical(Self.rom), bytes: 64 << 10, .readOnly, source: .file)])
    configuration.processors = 2
    configuration.core = CoreModel.all.first { $0.isa == format.isa }
    change(&configuration)
    let machine = try VirtualMachine(configuration, on: &host)
    random = SplitMix64(seed: seed)
    frames = nodeBytes.reduce(0, +) >> 12
    first = machine
    self.host = host
    models = [Model(words: Array(repeating: 0, count: Self.pages))]
  }

  /// Lets `body` use one of the machines.
  mutating func with<Result>(
    _ number: Int, _ body: (inout VirtualMachine, inout Host) throws -> Result
  ) rethrows -> Result {
    if number == 0 { return try body(&first, &host) }
    guard var machine = second.take() else { preconditionFailure("there is no second machine") }
    do {
      let result = try body(&machine, &host)
      second = consume machine
      return result
    } catch {
      second = consume machine
      throw error
    }
  }

  mutating func note(_ problem: String) {
    if problems.count < 20 { problems.append("\(steps.suffix(4)): \(problem)") }
  }

  /// How faults of the machines that are there were resolved so far.
  var resolutions: Set<FaultResolution> {
    mutating get {
      var found: Set<FaultResolution> = []
      for number in models.indices {
        let ledger = with(number) { machine, _ in machine.ledger }
        for event in FaultEvent.all where ledger.count(of: .fault(event)) > 0 {
          found.insert(event.resolution)
        }
      }
      return found
    }
  }

  /// Looks at everything that must hold between two steps.
  mutating func check() {
    var uses: [UInt64: UInt64] = [:]
    var tables: UInt64 = 0
    var found: [String] = []
    for number in models.indices {
      let model = models[number]
      // Flags and processors' logs wait to be read, through whatever happens meanwhile.
      let isRead = random.below(4) == 0
      with(number) { machine, host in
        if isRead { for slot in Self.slots.indices { machine.syncDirty(slot: slot, on: &host) } }
        found += machine.problems(on: host, &uses).map { "machine \(number): \($0)" }
        for run in machine.tableRuns { tables += host.frames.order(of: run).frames }
        for page in 0..<Self.pages {
          let word = machine.modelWord(page, on: host)
          if word != model.words[page] {
            found.append("machine \(number), page \(page): \(word), not \(model.words[page])")
          }
        }
        for slot in Self.slots.indices {
          found += machine.problems(
            ofLog: slot, Self.slots[slot], model.dirty[slot], isRead: isRead
          ).map { "machine \(number), \($0)" }
        }
      }
    }
    found += host.problems(uses)
    var used = tables
    for frame in uses.keys where FrameNumber(frame) != host.zeroFrame {
      used += host.frames.order(of: FrameNumber(frame)).frames
    }
    if host.frames.freeFrames + used + 1 != frames {
      found.append("\(host.frames.freeFrames) free and \(used) used frames of \(frames)")
    }
    for problem in found.prefix(3) { note(problem) }
  }

  /// An access, and whether it did what the tables and the model say.
  mutating func touch(_ number: Int, _ page: Int, _ access: Access, processor: Int, word: UInt64) {
    let address = GuestPhysical(UInt64(page) << 12)
    let outcome = with(number) { machine, host in
      machine.touch(processor: processor, GuestVirtual(address.value), access, on: &host)
    }
    guard outcome.end == .arrived else {
      if outcome.end != .outOfMemory { note("a touch of \(address) ended as \(outcome.end)") }
      return
    }
    let denial = with(number) { machine, host -> String? in
      let page = machine.tables.page(at: address, in: host.memory)
      guard let page else { return "\(address) arrived and is not mapped" }
      guard page.address == outcome.hostPhysical else {
        return "\(address) arrived at \(outcome.hostPhysical) and is mapped to \(page.address)"
      }
      return page.attributes.allows(access.kind) ? nil : "\(address) does not allow \(access)"
    }
    if let denial { note(denial) }
    let expected = models[number].words[page]
    let found = host.memory.word(at: outcome.hostPhysical) ?? 0
    if found != expected { note("\(address) holds \(found), not \(expected)") }
    guard access.kind == .write else { return }
    store(word, at: outcome.hostPhysical)
    models[number].words[page] = word
    models[number].setDirty(page, true)
  }

  /// Puts a word into a page of the host's.
  mutating func store(_ word: UInt64, at place: HostPhysical) {
    host.memory.store(word, at: place)
    host.noteContent(FrameNumber(place.value >> 12))
  }
}

extension Host {
  /// Notes that a frame holds something, and so does the run that it belongs to.
  mutating func noteContent(_ frame: FrameNumber) {
    frames.setHoldsContent(frame, true)
    var head = frame
    if frames.references(of: head) == 0 { head = FrameNumber(frame.value & ~511) }
    if frames.references(of: head) == 0 { head = FrameNumber(frame.value & ~(1 << 18 - 1)) }
    frames.setHoldsContent(head, true)
  }
}

extension VirtualMachine {
  /// The first word of a page of the memory, wherever it lies.
  func modelWord(_ page: Int, on host: borrowing Host) -> UInt64 {
    let slot = ModelWorld.slot(of: page)
    let record = backing[recordNumber(GuestPhysical(UInt64(page) << 12), slot: slot)]
    if record.isPresent {
      return host.memory.word(at: HostPhysical(record.frame.address)) ?? 0
    }
    guard let stored = record.storedPage else { return 0 }
    return host.memory.word(at: HostPhysical(stored << 12)) ?? 0
  }

  /// What is wrong with the log of a slot's pages, where it should say what is `expected`.
  func problems(
    ofLog slot: Int, _ pages: Range<Int>, _ expected: [Bool]?, isRead: Bool
  ) -> [String] {
    let dirty = dirtyPages(slot: slot)
    guard let expected, let dirty else {
      return (expected == nil) == (dirty == nil)
        ? [] : ["slot \(slot): the log is there when it shouldn't be, or the reverse"]
    }
    // What flags and processors' logs hold is not in the log before they are read.
    let waits = !isRead && dirtyLogs[slot]?.mechanism.usesFlags == true
    var problems: [String] = []
    for page in pages {
      let isDirty = dirty.contains(GuestPhysical(UInt64(page) << 12))
      let isExpected = expected[page - pages.lowerBound]
      if isDirty != isExpected, isDirty || !waits {
        problems.append("page \(page): logged is \(isDirty)")
      }
    }
    return problems
  }

  /// How many of the 2 MiB of memory have one record for their small pages.
  func runs() -> Int {
    var count = 0
    for page in stride(from: 0, to: ModelWorld.pages, by: 512) {
      let slot = ModelWorld.slot(of: page)
      if backing.isRun(recordNumber(GuestPhysical(UInt64(page) << 12), slot: slot)) { count += 1 }
    }
    return count
  }
}
