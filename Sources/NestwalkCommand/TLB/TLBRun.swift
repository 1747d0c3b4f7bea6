import Console
import Guests
import Paging
import Studies

/// Makes the accesses of a workload or a trace on every pair of page sizes.
struct TLBRun {
  let study: TranslationStudy
  let pairs: [PagePair]

  /// Workloads start here: a multiple of any page that a table of 39 bits can map, above the addresses
  /// that programs leave unmapped.
  private static let base: UInt64 = 1 << 36
  private static let batch = 4096

  /// The outcomes of a workload's accesses, of which so many are counted.
  func outcomes(_ workload: Workload, count: Int) throws(CommandFailure) -> [TranslationOutcome] {
    let first: AccessStream
    do {
      first = try AccessStream(workload)
    } catch {
      throw CommandFailure(.badInput, error.description)
    }
    for pages in pairs {
      do {
        try study.check(pages, bytes: workload.footprintBytes)
      } catch {
        throw CommandFailure(.badInput, "With \(TLBText.name(pages)): \(error)")
      }
    }
    var outcomes: [TranslationOutcome] = []
    for pages in pairs {
      let start = (Self.base + pages.guest - 1) & ~(pages.guest - 1)
      do throws(TranslationStudyError) {
        let machine = try study.machine(pages, bytes: workload.footprintBytes)
        try machine.map(GuestVirtual(start), bytes: workload.footprintBytes)
        var stream = first
        var left = study.warmUp + count
        var accesses: [TraceAccess] = []
        accesses.reserveCapacity(Self.batch)
        while left > 0 {
          accesses.removeAll(keepingCapacity: true)
          for _ in 0..<min(left, Self.batch) {
            let access = stream.next()
            accesses.append(
              TraceAccess(GuestVirtual(start + access.offset), access.isWrite ? .write : .read))
          }
          try machine.make(accesses, onDemand: false)
          left -= accesses.count
        }
        outcomes.append(machine.outcome)
      } catch {
        throw CommandFailure(.badInput, "With \(TLBText.name(pages)): \(error)")
      }
    }
    return outcomes
  }

  /// The outcomes of a trace's accesses, of which at most so many are counted.
  func outcomes(
    _ file: consuming File, _ format: TraceFormat?, count: Int?
  ) throws(CommandFailure) -> (outcomes: [TranslationOutcome], format: TraceFormat?) {
    var reader = TraceReader(format)
    var source = LineSource(file)
    var machines: [any StudiedMachine] = []
    for pages in pairs {
      do {
        machines.append(try study.machine(pages, bytes: nil))
      } catch {
        throw CommandFailure(.badInput, "With \(TLBText.name(pages)): \(error)")
      }
    }
    var accesses: [TraceAccess] = []
    accesses.reserveCapacity(Self.batch)
    var line = 0
    var lines: [Int] = []
    var left = count.map { $0 + study.warmUp } ?? Int.max
    reading: while left > 0 {
      switch source.next() {
      case .line(let range):
        line += 1
        do {
          guard let access = try reader.access(source.bytes, in: range) else { continue }
          accesses.append(access)
          lines.append(line)
          left -= 1
        } catch {
          throw CommandFailure(
            .badInput, "\(source.name):\(line):\(error.column): \(error.message)")
        }
        if accesses.count == Self.batch {
          try make(accesses, on: machines, source.name, lines)
          accesses.removeAll(keepingCapacity: true)
          lines.removeAll(keepingCapacity: true)
        }
      case .tooLong:
        throw CommandFailure(.badInput, "\(source.name):\(line + 1):1: the line is too long.")
      case .exhausted:
        do throws(SystemError) {
          try source.refill()
        } catch {
          throw CommandFailure(.badInput, error.description)
        }
      case .end: break reading
      }
    }
    try make(accesses, on: machines, source.name, lines)
    let outcomes = machines.map(\.outcome)
    guard outcomes.contains(where: { $0.accesses > 0 }) else {
      throw CommandFailure(.badInput, "\(source.name) holds no access.")
    }
    return (outcomes, reader.format)
  }

  private func make(
    _ accesses: [TraceAccess], on machines: [any StudiedMachine], _ name: String, _ lines: [Int]
  ) throws(CommandFailure) {
    for (machine, pages) in zip(machines, pairs) {
      do {
        try machine.make(accesses, onDemand: true)
      } catch {
        let line = lines[machine.latestCount]
        throw CommandFailure(
          .badInput, "\(name):\(line):1: with \(TLBText.name(pages)): \(error)")
      }
    }
  }
}
