internal import Paging
package import Studies

/// How many machines fit, for all forms in which it is told.
package struct DensityReport: Sendable {
  /// What it is about, in a line.
  package let title: String
  /// What was asked.
  package let density: Density
  /// The answer.
  package let outcome: DensityOutcome
  /// The text that the question was read from, if any, as its writer left it.
  package let source: String

  /// The report of an answer.
  package init(
    _ title: String, _ density: Density, _ outcome: DensityOutcome, source: String = ""
  ) {
    self.title = title
    self.density = density
    self.outcome = outcome
    self.source = source
  }

  /// A part of the host's memory, and how much of it there is.
  package struct Share: Sendable, Hashable {
    /// What it is for.
    package let name: String
    /// Its bytes.
    package let bytes: UInt64
  }

  /// Where the host's memory goes with the machines that fit, at the worst or, where memory is promised
  /// twice, now.
  package var shares: [Share] {
    let host = density.host
    let isWorst = density.overcommit == nil
    func sum(_ kinds: [OverheadPart.Kind]) -> UInt64 {
      outcome.flavours.reduce(0) { sum, flavour in
        let isHeld = isWorst || flavour.overhead.flavour.holdsAll
        return sum
          + kinds.reduce(UInt64(0)) { bytes, kind in
            guard let part = flavour.overhead[kind], part.charge == .machine else { return bytes }
            guard kind == .guestMemory, !isHeld else {
              return bytes + flavour.count * (isHeld ? part.worst : part.now)
            }
            // What merging gives back is there once for all that share it.
            let merged = min(max(flavour.overhead.flavour.merged, 0), 1)
            return bytes + flavour.count * UInt64(Double(part.now) * (1 - merged))
          }
      }
    }
    var shares = [
      Share(name: "guests' memory", bytes: sum([.guestMemory])),
      Share(name: "second stage's tables", bytes: sum([.secondStage, .tableRecords])),
      Share(name: "processes' tables", bytes: sum([.processTables])),
      Share(
        name: "machines' programs",
        bytes: sum([.monitor, .processors, .ioThreads, .video, .firmware, .dirtyBitmap])),
      Share(name: "pools of huge pages", bytes: host.poolBytes),
      Share(name: "records of frames", bytes: host.frameRecordBytes),
      Share(name: "other processes", bytes: host.processBytes),
      Share(name: "their tables", bytes: host.processTableBytes),
      Share(name: "kept for the host", bytes: host.reservedBytes),
    ].filter { $0.bytes > 0 }
    let taken = shares.reduce(UInt64(0)) { $0 + $1.bytes }
    if taken < host.memoryBytes {
      shares.append(Share(name: "free", bytes: host.memoryBytes - taken))
    }
    return shares
  }
}

extension DensityReport {
  /// What a machine takes if its memory is backed with pages of a size, as they are touched or all at once.
  package struct Backing: Sendable, Hashable {
    /// The bytes of a page.
    package let pageBytes: UInt64
    /// Whether all memory is there from the start on.
    package let isEager: Bool
    /// The parts then.
    package let overhead: MachineOverhead

    /// The backing as a reader reads it.
    package var phrase: String {
      let size = pageBytes == 4096 ? "4K" : pageBytes == 2 << 20 ? "2M" : "1G"
      return "\(size), \(isEager ? "all at once" : "as touched")"
    }
  }

  /// What machines of a kind would take with each size of pages that their memory can be cut into, and both
  /// as it is touched and all at once.
  package func backings(_ flavour: DensityOutcome.OfFlavour) -> [Backing] {
    let kind = flavour.overhead.flavour
    return [4096, 2 << 20, 1 << 30].filter { kind.memoryBytes % $0 == 0 }.flatMap { size in
      [false, true].map { isEager in
        var other = kind
        other.backingBytes = size
        other.usesPool = false
        other.isEager = isEager
        return Backing(
          pageBytes: size, isEager: isEager,
          overhead: MachineOverhead(
            other, freesHugePageRecords: density.host.freesHugePageRecords))
      }
    }
  }
}

extension OverheadPart.Kind {
  /// The part as a reader reads it.
  package var phrase: String {
    switch self {
    case .guestMemory: "guest's memory"
    case .guestTables: "guest's tables"
    case .guestFrames: "guest's records of frames"
    case .secondStage: "second stage's tables"
    case .tableRecords: "records of these tables"
    case .processTables: "process's own table"
    case .hostFrames: "host's records of frames"
    case .monitor: "the program"
    case .processors: "virtual processors"
    case .ioThreads: "threads for disks"
    case .video: "display"
    case .firmware: "firmware"
    case .dirtyBitmap: "bitmap of dirty pages"
    }
  }
}

extension DensityOutcome.BootLimit.Help {
  /// What is done, as a reader reads it.
  package var phrase: String {
    switch self {
    case .none: "as they are"
    case .hotSet: "with the hot set populated before they start"
    case .populated: "with all memory populated"
    }
  }
}

extension OverheadPart.Charge {
  /// Whom memory is charged to, as a reader reads it.
  package var phrase: String {
    switch self {
    case .machine: "machine's group"
    case .kernel: "host's kernel"
    case .pool: "huge page pool"
    case .guest: "in the guest"
    }
  }
}

extension PlacementOutcome.Cause {
  /// The cause as a reader reads it.
  package var phrase: String {
    switch self {
    case .pool: "in pools that nobody has"
    case .nodes: "split over nodes"
    case .others: "other resources ran out first"
    case .remainder: "less than the smallest machine"
    case .room: "room for more machines"
    }
  }
}

extension DensityConstraint {
  /// What there is an end of, as a reader reads it.
  package var phrase: String {
    switch kind {
    case .memory: "memory"
    case .pool(let bytes): "pool of \(bytes >> 20 >= 1024 ? "1G" : "2M") pages"
    case .processors: "processors"
    case .swap: "memory and swap"
    case .named(let name): name
    case .pressure: "memory pressure"
    case .boot: "boot time"
    }
  }

  /// An amount of it as a reader reads it.
  package func text(_ amount: UInt64) -> String {
    switch kind {
    case .memory, .swap: Measure.bytes.text(Double(amount))
    case .processors: Measure.decimal(Double(amount) / 1000, 2)
    case .pool, .named, .pressure, .boot: StormReport.grouped(amount)
    }
  }
}
