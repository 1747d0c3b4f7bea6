import Guests

@testable import Paging

/// The same edits in two worlds and the same accesses, in one of them through caches.
struct WorldPlay {
  /// What caches are told of the edits.
  enum Telling {
    /// Each edit's instructions.
    case edits
    /// The instructions of each invalidation.
    case each
    /// The same, with or without those of one invalidation that is required (they are counted from 0);
    /// after its edit all that was accessed is accessed again.
    case watching(Int, isTold: Bool)
  }

  struct Outcome {
    /// Where the two worlds have parted, if they have.
    var difference: String?
    /// The numbers of the required invalidations that had something to drop which could be stale.
    var dropping: [Int] = []
    /// Whether the caches of each virtual processor have saved reads.
    var isSaving = false
  }

  private let run: CachedRun
  private let telling: Telling
  private(set) var outcome = Outcome()
  /// The required invalidations until now.
  private var required = 0
  private var hasLooked = false

  init(_ run: CachedRun, _ telling: Telling) {
    self.run = run
    self.telling = telling
  }

  /// Plays until the worlds part or the run is over; `make` gives the processor whose registers hold
  /// these roots and an ASID.
  mutating func play<P: Processor & ~Copyable>(
    _ make: (GuestRoot?, HostRoot?, UInt64) throws -> P
  ) throws {
    var random = SplitMix64(seed: run.seed)
    var plain = try CachedWorld(run.guest, run.host)
    var cached = try CachedWorld(run.guest, run.host)
    let one = try make(plain.firstRoot, plain.hostRoot, 1)
    let two = try make(plain.secondRoot, plain.hostRoot, 2)
    var group = CacheGroup(run.core, count: 2)
    let pool = WorldPool(run)

    var start = pool.start
    var recent: [(GuestVirtual, Access)] = []
    var past: [(GuestVirtual, Access)] = []
    for step in 0..<300 {
      if !start.isEmpty || random.next(below: 8) == 0 {
        let edit = start.popLast() ?? pool.edit(using: &random)
        for edit in pool.isShared(edit) ? [edit.of(.guest(0)), edit.of(.guest(1))] : [edit] {
          let made = try? plain.perform(edit)
          let again = try? cached.perform(edit)
          guard made == again else {
            outcome.difference = "step \(step): \(edit)"
            return
          }
          guard let made else { continue }
          if edit.tables == .guest(1) {
            tell(&group, of: made, two)
          } else {
            tell(&group, of: made, one)
          }
        }
        guard takeWatch() else { continue }
        for (address, access) in past + pool.everything {
          for number in 0..<2 {
            outcome.difference =
              compare(one, number, address, access, &plain, &cached, &group)
              ?? compare(two, number, address, access, &plain, &cached, &group)
            if outcome.difference != nil { return }
          }
        }
        continue
      }
      if recent.isEmpty || random.next(below: 2) == 0 {
        recent.append(pool.access(using: &random))
        if recent.count > 4 { recent.removeFirst() }
      }
      let (address, access) = recent[Int(random.next(below: UInt64(recent.count)))]
      past.append((address, access))
      let number = Int(random.next(below: 2))
      let difference =
        random.next(below: 2) == 0
        ? compare(one, number, address, access, &plain, &cached, &group)
        : compare(two, number, address, access, &plain, &cached, &group)
      if let difference {
        outcome.difference = "step \(step): \(difference)"
        return
      }
    }
    if !cached.isEqual(to: &plain) { outcome.difference = "accessed and dirty bits" }
    outcome.isSaving = (0..<2).allSatisfy { number in
      let counters = group.withCaches(of: number) { $0.counters }
      return counters.reads > 0 && counters.readsSaved > 0
    }
  }

  /// Makes one access in both worlds, and says how they differ.
  private func compare<P: Processor & ~Copyable>(
    _ processor: borrowing P, _ number: Int, _ address: GuestVirtual, _ access: Access,
    _ plain: inout CachedWorld, _ cached: inout CachedWorld, _ group: inout CacheGroup
  ) -> String? {
    var expected = look(processor, address, access, &plain.memory)
    var found = group.withCaches(of: number) {
      look(processor, address, access, &cached.memory, &$0)
    }
    if run.hasGlobal {
      // The entry may be the other program's, whose tables lie elsewhere.
      expected.forgetReads()
      found.forgetReads()
    }
    return found == expected ? nil : "\(access) at \(address): \(found), not \(expected)"
  }

  /// Whether the edit had the invalidation that is watched; once.
  private mutating func takeWatch() -> Bool {
    guard case .watching(let watched, _) = telling, required > watched, !hasLooked else {
      return false
    }
    hasLooked = true
    return true
  }

  /// Tells the caches of an edit, lazy invalidations too.
  private mutating func tell<P: Processor & ~Copyable>(
    _ group: inout CacheGroup, of edit: LiveEdit, _ processor: borrowing P
  ) {
    var omitted: Int?
    switch telling {
    case .edits:
      group.apply(edit, of: processor, from: 1, atMost: 16, withLazy: true)
      return
    case .each: break
    case .watching(let watched, let isTold): omitted = isTold ? nil : watched
    }
    for invalidation in edit.invalidations {
      let isRequired = invalidation.need == .required
      defer { required += isRequired ? 1 : 0 }
      if isRequired, required == omitted { continue }
      var dropped = 0
      for instruction in invalidation.instructions(for: processor.maintenanceContext, atMost: 16) {
        guard let flush = processor.flush(instruction) else { continue }
        dropped +=
          instruction.reachesAll ? group.apply(flush, from: 1) : group.applyToAll(flush)
      }
      // Without TLBs only entries that lead to tables can be stale.
      let isMeant = run.core.design != .none || invalidation.levels == .all
      if isRequired, isMeant, dropped > 0 { outcome.dropping.append(required) }
    }
  }

  private enum Sight: Equatable {
    /// Where, and after how many table reads, those that caches saved among them.
    case arrived(HostPhysical, reads: Int)
    case failed(WalkFailure, FaultReport)

    mutating func forgetReads() {
      if case .arrived(let place, _) = self { self = .arrived(place, reads: 0) }
    }

    /// A failure, without what its path had accumulated: of that only the rights count, and they are
    /// in the report.
    init(_ failure: WalkFailure, _ report: FaultReport) {
      var failure = failure
      failure.accumulated = 0
      failure.guestAccumulated = 0
      self = .failed(failure, report)
    }
  }

  private func look<P: Processor & ~Copyable>(
    _ processor: borrowing P, _ address: GuestVirtual, _ access: Access,
    _ memory: inout PhysicalMemory
  ) -> Sight {
    do {
      let found = try processor.translate(address, access, in: &memory)
      return .arrived(found.hostPhysical, reads: found.reads)
    } catch {
      return Sight(error, processor.report(error))
    }
  }

  private func look<P: Processor & ~Copyable>(
    _ processor: borrowing P, _ address: GuestVirtual, _ access: Access,
    _ memory: inout PhysicalMemory, _ caches: inout TranslationCaches
  ) -> Sight {
    let saved = caches.handle.value.saved
    do {
      let found = try processor.translate(address, access, in: &memory, through: &caches)
      return .arrived(
        found.hostPhysical, reads: Int(found.reads) + caches.handle.value.saved - saved)
    } catch {
      return Sight(error, processor.report(error))
    }
  }
}
