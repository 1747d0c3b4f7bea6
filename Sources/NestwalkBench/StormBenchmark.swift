import CFloor
import Console
import Costs
import Guests
import HostMemory
import Hypervisor
import Paging
import Scenarios
import Studies

/// Storms as a whole: counting a machine's boot beside C that makes the loads of its walks, and
/// scheduling all machines by what was counted.
struct StormBenchmark: Benchmark {
  /// How often each is measured.
  var rounds = RoundCount(1)
  var json: FilePath?

  static let name = "storm"
  static let summary = "measure storms of 32 to 10,000 machines: counting and scheduling"
  static let examples = [
    CommandExample("nestwalk-bench storm --rounds 3", "Measures three times, and takes the best.")
  ]
  static let discussion = [
    "The boot of Debian is at the prices of textbook-x86-64 and of xeon-8269cy, the minimal machine’s at"
      + " those of xeon-8269cy.",
    "A row of “count” is one machine's boot, fault by fault, beside C that walks for each fault twice:"
      + " its pages are faults. A row of “schedule” is the rest of a storm, by faults too. A row of"
      + " “whole” is a storm from its value to its outcome, and its pages are machines, so its ns are"
      + " those of a machine. The row of “every” is such a storm whose machines are each counted for themselves,"
      + " on 4 threads.",
  ]
  static let parameters: [Parameter<Self>] = [rounds(\.rounds), jsonParameter]

  private struct Subject {
    let preset: GuestPreset
    let profile: String
    let processors: Int
    let counts: [Int]
    var mode = Storm.Mode.cohort
    var threads = 1
  }

  private static let subjects = [
    Subject(
      preset: .debianBoot, profile: "textbook-x86-64", processors: 16, counts: [32]),
    Subject(preset: .debianBoot, profile: "xeon-8269cy", processors: 192, counts: [1000]),
    Subject(
      preset: .microvm, profile: "xeon-8269cy", processors: 192, counts: [100, 1000, 10_000]),
  ]
  /// The storm whose machines are each counted, on as many threads as such a host has processors.
  private static let counted = Subject(
    preset: .debianBoot, profile: "xeon-8269cy", processors: 192, counts: [1000], mode: .everyVM,
    threads: 4)

  func measure(_ report: (BenchmarkRow) -> Void) throws {
    for subject in Self.subjects {
      let guest = try subject.preset.profile()
      // The words before the hyphens say which it is, and fit the column.
      let name = [subject.preset.rawValue, subject.profile]
        .map { $0.prefix { $0 != "-" } }.joined(separator: " ")
      let (one, faults) = try time(subject, guest, count: 1)
      let walks = try floor(guest, faults: faults)
      report(
        BenchmarkRow(
          name: "count \(name)", pages: Int(faults), ns: one / Double(faults),
          floorNs: walks / Double(faults)))
      for count in subject.counts {
        let (all, faults) = try time(subject, guest, count: count)
        report(
          BenchmarkRow(
            name: "schedule \(count) \(name)", pages: Int(faults),
            ns: max(all - one, 0) / Double(faults), floorNs: nil))
        report(
          BenchmarkRow(
            name: "whole \(count) \(name)", pages: count, ns: all / Double(count), floorNs: nil))
      }
    }
    let guest = try Self.counted.preset.profile()
    for count in Self.counted.counts {
      let (all, _) = try time(Self.counted, guest, count: count)
      report(
        BenchmarkRow(
          name: "every \(count) debian xeon", pages: count, ns: all / Double(count), floorNs: nil))
    }
  }

  /// The nanoseconds of a storm of so many machines, and its faults.
  private func time(
    _ subject: Subject, _ guest: GuestProfile, count: Int
  ) throws -> (ns: Double, faults: UInt64) {
    guard let profile = ShippedProfiles.named(subject.profile) else {
      throw CommandFailure(.failed, "there is no profile “\(subject.profile)”")
    }
    var storm = Storm(
      [Flavour(subject.preset.rawValue, count: count, guest, over: .ept4)], profile: profile)
    storm.host.processors = subject.processors
    storm.host.memoryBytes = 2 << 40
    storm.mode = subject.mode
    var best = Duration.seconds(1_000_000)
    var faults: UInt64 = 0
    let clock = ContinuousClock()
    for _ in 0..<rounds.value {
      let start = clock.now
      faults = try storm.run(threads: subject.threads).ledger.exits
      best = min(best, start.duration(to: clock.now))
    }
    return (best.nanoseconds, faults)
  }

  /// The nanoseconds that C takes for the walks of so many faults: one that fails and one that arrives,
  /// over pages of 4 KiB that lie side by side in the guest's memory.
  private func floor(_ guest: GuestProfile, faults: UInt64) throws -> Double {
    let bytes = guest.layout.memoryBytes
    let pages = min(faults, bytes / 2 / 4096)
    var host = try Host(bytes: bytes + (4 << 30))
    var machine = try VirtualMachine(MachineConfiguration(.ept4, bytes: bytes), on: &host)
    let tables = bytes - (4 << 20)
    var space = try machine.makeSpace(
      .x86Level4, at: GuestPhysical(tables), bytes: 4 << 20, on: &host)
    try machine.load(
      &space, GuestVirtual(0), bytes: pages * 4096, to: GuestPhysical(0), .readWrite,
      pageBytes: 4096, on: &host)
    try machine.run(space.root, processor: 0)
    for offset in stride(from: UInt64(0), to: 4 << 20, by: 4096) {
      machine.touchPhysical(GuestPhysical(tables + offset), .write, on: &host)
    }
    for page in 0..<pages {
      machine.touch(processor: 0, GuestVirtual(page << 12), .write, on: &host)
    }
    let root = space.root
    let hostRoot = machine.root
    let addresses = (0..<pages).map { $0 << 12 }
    var best = Duration.seconds(1000)
    let clock = ContinuousClock()
    for _ in 0..<max(rounds.value, 3) {
      let start = clock.now
      let sum = unsafe host.withMemory { memory in
        unsafe floor_nested_walks(
          memory.baseAddress, 0, floor_in_place_9, Self.stage(root.shape, root.address.value),
          floor_in_place_9, Self.stage(hostRoot.shape, hostRoot.address.value), addresses,
          UInt64(addresses.count))
      }
      best = min(best, start.duration(to: clock.now))
      precondition(sum != 0, "the walks arrive")
    }
    return best.nanoseconds * 2 * Double(faults) / Double(pages)
  }

  private static func stage(_ shape: TableShape, _ root: UInt64) -> floor_stage {
    floor_stage(
      root: root, top_level: UInt64(shape.levels - 1),
      top_shift: UInt64(shape.pageShift + shape.indexBits * (shape.levels - 1)))
  }
}
