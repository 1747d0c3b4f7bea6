public import Costs

/// What becomes of a virtual machine's memory, and of its host's, while processes of the guest fork and write.
///
/// The guest's kernel writes its own tables and copies on write; each of its accesses and of the processes'
/// goes through the second stage, whose faults take frames of the host's.
public struct ProcessStudy: Sendable, Hashable {
  /// What the host has for the machine.
  public var hostBytes: UInt64 = 16 << 30
  /// What the host can swap of it.
  public var swapBytes: UInt64 = 0
  /// How long storage takes to read a page of it, in nanoseconds; what the profile says if not given.
  public var readNanoseconds: UInt64?
  /// What the guest's processes and their tables share.
  public var guestBytes: UInt64 = 8 << 30
  /// The processes, each behind the one that it is forked from.
  public var processes: [GuestProcess]
  /// How long is measured, in nanoseconds, from when all memory has been written.
  public var durationNanoseconds: UInt64 = 60_000_000_000
  /// One page of the model stands for so many: sizes and the touches of a request are divided by it, and
  /// times of touches and faults are multiplied.
  public var scale: UInt64 = 1
  /// What the touches are drawn from.
  public var seed: UInt64 = 1
  /// What faults are priced by.
  public var profile: CostProfile

  /// Processes whose faults are priced by a profile.
  public init(_ processes: [GuestProcess], profile: CostProfile) {
    self.processes = processes
    self.profile = profile
  }

  /// The most pages of a guest that are modelled.
  public static let mostPages: UInt64 = 1 << 22
  /// The most touches that are made.
  public static let mostTouches = 100_000_000.0

  /// The model's pages of so many bytes.
  func pages(_ bytes: UInt64) -> UInt64 { bytes / 4096 / scale }

  /// The memory of a process: that of the one it is forked from, if it is.
  func memoryPages(of number: Int) -> UInt64 {
    var number = number
    while let parent = processes[number].parent { number = parent }
    return pages(processes[number].memoryBytes)
  }

  /// The pages that the tables of a process may take.
  func tablePages(of number: Int) -> UInt64 { memoryPages(of: number) / 512 + 8 }

  /// What is wrong with it, each as a sentence.
  public var problems: [String] {
    var problems: [String] = []
    if pages(guestBytes) > Self.mostPages || pages(hostBytes) > 4 * Self.mostPages {
      problems.append(
        "The guest has \(pages(guestBytes)) pages and the host \(pages(hostBytes)); \(Self.mostPages) and"
          + " \(4 * Self.mostPages) can be modelled: a larger scale would fit.")
    }
    var needed: UInt64 = 0
    var touches = 0.0
    for (number, process) in processes.enumerated() {
      let parents = processes.indices.prefix(number)
      if let parent = process.parent, !parents.contains(parent) {
        problems.append("“\(process.name)” stands before the process that it is forked from.")
        return problems
      }
      if memoryPages(of: number) == 0 {
        problems.append("“\(process.name)” has no memory to touch at this scale.")
      }
      needed += UInt64(process.count) * tablePages(of: number)
      if process.parent == nil { needed += memoryPages(of: number) }
      guard process.touches > 0, process.order == .random else { continue }
      touches +=
        Double(durationNanoseconds) * Double(process.count)
        / Double(max(process.workNanoseconds * scale, 1))
    }
    if needed > pages(guestBytes) {
      problems.append(
        "The processes need \(PressureDiagnosis.size(needed * scale * 4096)) before anything is copied, and the"
          + " guest has \(PressureDiagnosis.size(guestBytes)).")
    }
    if touches > Self.mostTouches {
      problems.append(
        "The processes make up to \(Int(touches)) touches, and \(Int(Self.mostTouches)) can be played: a"
          + " shorter time, a larger scale, or more work with each touch would fit.")
    }
    return problems
  }
}
