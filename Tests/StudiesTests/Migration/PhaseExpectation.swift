import Costs
import HostMemory
import Hypervisor
import Paging

@testable import Studies

/// The numbers of a phase that have closed forms.
struct PhaseCounts: Equatable {
  var missing: UInt64 = 0
  var split: UInt64 = 0
  var logged: UInt64 = 0
  var installed: UInt64 = 0
  var changed: UInt64 = 0
  var flushRequests: UInt64 = 0
  /// Faults that only showed an access.
  var aged: UInt64 = 0
}

/// How far the flushes of a phase reach.
struct FlushScopes: Equatable {
  var local: UInt64
  var remote: UInt64
  var broadcast: UInt64

  init(_ local: UInt64, _ remote: UInt64, _ broadcast: UInt64) {
    self.local = local
    self.remote = remote
    self.broadcast = broadcast
  }
}

extension LoggingPhase {
  private func count(_ resolution: FaultResolution) -> UInt64 {
    FaultEvent.all.filter { $0.resolution == resolution }.reduce(0) {
      $0 + ledger.count(of: .fault($1))
    }
  }

  /// The numbers that have closed forms.
  var counts: PhaseCounts {
    PhaseCounts(
      missing: count(.allocate), split: count(.split), logged: count(.log),
      installed: ledger.amount(of: .installEntry), changed: ledger.amount(of: .changeEntry),
      flushRequests: flushRequests, aged: count(.age))
  }
}

/// What is expected of processors that write to some of their pages, or to all of them, twice.
struct PhaseExpectation {
  private let processors: UInt64
  /// The pages of 4K that there are, and those that are written in an iteration.
  private let pages: UInt64
  private let written: UInt64
  /// The large pages, and the 2 MiB that writes meet.
  private let large: UInt64
  private let regions: UInt64
  /// The pages that both iterations write.
  private let twice: UInt64
  private let choice: LoggingPhasesTests.Choice
  private let isa: ISA

  init(_ study: LoggingPhases, _ choice: LoggingPhasesTests.Choice) {
    processors = UInt64(study.processors)
    pages = study.pagesPerProcessor * processors
    written = study.writtenPerProcessor * processors
    large = choice.backing == .small ? 0 : (pages << 12) / choice.backing.bytes
    regions = choice.backing == .small ? 0 : pages / 512
    self.choice = choice
    isa = study.host.isa
    var twice: UInt64 = 0
    for processor in 0..<processors {
      let iterations = (UInt64(0)..<2).map { iteration in
        Set(
          WrittenPages(
            study.writtenPerProcessor, of: study.pagesPerProcessor,
            seed: study.seed + iteration << 32 + processor << 16))
      }
      twice += UInt64(iterations[0].intersection(iterations[1]).count)
    }
    self.twice = twice
  }

  private var isEager: Bool { choice.splitting == .eager }
  private var breaks: Bool { choice.splitting == .breaking }
  private var splitsFirst: Bool { isa != .arm }
  /// The entries that a split of everything leaves to be changed: Arm changes the blocks before.
  private var entries: UInt64 { large == 0 || isEager && splitsFirst ? pages : large }

  var phases: [PhaseCounts] {
    [populate, enable, write(first: true), PhaseCounts(), clear(first: true), write(first: false)]
      + [PhaseCounts(), clear(first: false), disable]
  }

  /// The pages that are found in each iteration.
  var found: [UInt64] {
    switch choice.method {
    // Without a split a large page counts whole.
    case .flags where large > 0 && !isEager: [pages, pages]
    case .manual: [pages, written]
    default: [written, written]
    }
  }

  /// RISC-V's new entries are fenced one by one.
  private var populate: PhaseCounts {
    let count = large == 0 ? pages : large
    return PhaseCounts(
      missing: count, installed: count, flushRequests: isa == .riscv ? count : 0)
  }

  /// Eager splitting: Arm flushes for each block that is broken, RISC-V once for all pages that became
  /// tables, and x86 not at all for what maps the same as before.
  private var splitFlushes: UInt64 {
    switch isa {
    case .x86: 0
    case .arm: large + (choice.backing == .huge ? regions : 0)
    case .riscv: 1
    }
  }

  /// The entries that eager splitting writes: those of 2M on the way from 1G, too.
  private var splitEntries: UInt64 { pages + (choice.backing == .huge ? regions : 0) }

  private var enable: PhaseCounts {
    guard choice.method != .manual else { return PhaseCounts() }
    var counts = PhaseCounts(changed: entries, flushRequests: 1)
    if large > 0, isEager {
      counts.installed = splitEntries
      counts.flushRequests += splitFlushes
    }
    // Large pages that stay lose the right to write too.
    if choice.method.logsModifications, large > 0, !isEager { counts.changed += large }
    return counts
  }

  /// Whether the writes of an iteration are the first that are noted.
  private func write(first: Bool) -> PhaseCounts {
    if choice.method == .flags { return PhaseCounts() }
    if choice.method == .manual, first { return PhaseCounts() }
    let splits = large > 0 && !isEager && first == (choice.method != .manual)
    guard splits else { return laterWrite }
    var counts = PhaseCounts(installed: 0)
    if breaks {
      // The rest of a block is gone until it is missed.
      counts.split = large
      counts.missing = written - large
      // From 1G, too, there is nothing on the way but tables.
      counts.installed = written
      counts.flushRequests = isa == .riscv ? written : large
    } else {
      counts.split = regions
      counts.logged = written - regions
      counts.changed = written
      counts.installed = splitEntries
      // A right that is given is told, and on Arm each block is broken before, those of 1G, too.
      switch isa {
      case .x86: break
      case .arm: counts.flushRequests = written + splitFlushes
      case .riscv: counts.flushRequests = written
      }
    }
    return counts
  }

  /// Writes where no page is large any more.
  private var laterWrite: PhaseCounts {
    var counts = PhaseCounts()
    let isPart = large > 0 && breaks && choice.method != .manual
    let known = isPart ? twice : written
    counts.missing = written - known
    counts.installed = counts.missing
    if !choice.method.logsModifications {
      counts.logged = known
    } else if large > 0, choice.splitting == .filling {
      // The hardware notes what may be written; what a split has made beside it may not.
      counts.logged = written - twice
    }
    counts.changed = counts.logged
    // Arm and RISC-V tell the caches of a right that is given, RISC-V of what is new.
    switch isa {
    case .x86: break
    case .arm: counts.flushRequests = known
    case .riscv: counts.flushRequests = written
    }
    return counts
  }

  private func clear(first: Bool) -> PhaseCounts {
    var counts = PhaseCounts(changed: written, flushRequests: 1)
    if choice.method == .manual, first {
      counts.changed = entries
      if large > 0, isEager {
        counts.installed = splitEntries
        counts.flushRequests += splitFlushes
      }
    }
    // Without a split the large pages' flags are the only ones.
    if choice.method == .flags, large > 0, !isEager { counts.changed = large }
    return counts
  }

  private var disable: PhaseCounts {
    let isSplit = large > 0 && (isEager || choice.method != .flags)
    guard isSplit, choice.recovery != .onFault else { return PhaseCounts() }
    var mapped = pages
    if breaks { mapped = choice.method == .manual ? written : 2 * written - twice }
    return PhaseCounts(
      changed: choice.recovery == .inPlace ? large : mapped, flushRequests: 1)
  }

  /// 1,024 pages fill the log once: ⌈1024 / 512⌉ − 1, where nothing else makes it leave its guest.
  var logFull: [UInt64] {
    guard choice.method.logsModifications else { return Array(repeating: 0, count: 9) }
    let first: UInt64 = large > 0 && !isEager ? 0 : 1
    // Faults on pages that a split has left out, or without the right, empty the log.
    let second: UInt64 = large > 0 && !isEager && twice < written ? 0 : 1
    return [0, 0, first, 0, 0, second, 0, 0, 0]
  }

  /// How far so many requests of a phase reach.
  ///
  /// x86 has no instruction that reaches another processor: INVEPT of a single context, or AMD's
  /// TLB_CONTROL, on each that runs, for which it is interrupted; RISC-V's remote fence has each execute
  /// HFENCE.GVMA. In a fault the processor itself does its part. Arm's instructions are broadcast:
  /// IPAS2E1IS for a page and VMALLE1IS behind it, or VMALLS12E1IS for many.
  func scopes(_ name: LoggingPhase.Name, _ requests: UInt64) -> FlushScopes {
    let isInFault = name == .populate || name == .dirty
    guard isa == .arm else {
      return isInFault
        ? FlushScopes(requests, requests * (processors - 1), 0)
        : FlushScopes(0, requests * processors, 0)
    }
    // Ends of phases flush everything once; blocks are broken, and pages permitted, one by one.
    let isWhole = !isInFault
    let splitting = requests > 1 ? requests - 1 : 0
    return FlushScopes(0, 0, isWhole ? min(requests, 1) + 2 * splitting : 2 * requests)
  }
}
